import type { ReactNode } from 'react'
import { go } from '../frame/navigate.ts'

/** A link inside the console: no full load; a new tab works as everywhere. */
export const Link = ({ to, label, children }: { to: string; label?: string; children: ReactNode }) => (
  <a
    href={to}
    aria-label={label}
    onClick={(event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      event.stopPropagation()
      go(to)
    }}
  >
    {children}
  </a>
)
