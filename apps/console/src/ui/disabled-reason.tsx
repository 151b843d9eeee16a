import { Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'

/** A control that is off says why, to the mouse and to assistive technology. */
export function DisabledReason({ why, children }: { why: string | null; children: ReactNode }) {
  if (why === null) return children
  return (
    <Tooltip label={why} multiline maw={320}>
      <span tabIndex={0} role="note" aria-label={why}>
        {children}
      </span>
    </Tooltip>
  )
}
