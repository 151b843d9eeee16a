import { Autocomplete } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { completeTokens, type TokenKeys } from './filter-tokens.ts'
import { useKeys } from './keyboard.ts'

export interface FilterBarProps {
  readonly label: string
  readonly placeholder: string
  /** What the address says. */
  readonly value: string
  /** Called a moment after the last key. */
  readonly apply: (typed: string) => void
  readonly keys: TokenKeys
  readonly known?: Readonly<Record<string, readonly string[]>>
  readonly mistake: string | undefined
}

/** Typed tokens with completion; `/` comes here. The address holds what was typed. */
export function FilterBar({ label, placeholder, value, apply, keys, known, mistake }: FilterBarProps) {
  const [draft, setDraft] = useState(value)
  const box = useRef<HTMLInputElement>(null)
  const latest = useRef(apply)
  useEffect(() => {
    latest.current = apply
  })
  // A blank at the end is somebody who is still typing.
  useEffect(() => setDraft((now) => (now.trim() === value ? now : value)), [value])
  useEffect(() => {
    const timer = setTimeout(() => draft.trim() !== value && latest.current(draft.trim()), 300)
    return () => clearTimeout(timer)
  }, [draft, value])
  useKeys({ '/': () => box.current?.focus() })
  return (
    <Autocomplete
      ref={box}
      aria-label={label}
      placeholder={placeholder}
      value={draft}
      error={mistake}
      onChange={setDraft}
      data={completeTokens(draft, keys, known)}
      filter={({ options }) => options}
      classNames={{ input: 'mono' }}
      comboboxProps={{ position: 'bottom-start' }}
    />
  )
}
