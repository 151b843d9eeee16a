import { useEffect, useRef } from 'react'

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

/**
 * Keys of a page: one key (`j`) or two in a row (`g i`, within a second). Off while somebody types or a dialog is open.
 */
export function useKeys(keys: Readonly<Record<string, () => void>>): void {
  const current = useRef(keys)
  useEffect(() => {
    current.current = keys
  })
  useEffect(() => {
    let pending = ''
    let timer: ReturnType<typeof setTimeout> | undefined
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      if (document.querySelector('[role=dialog]')) return
      const sequence = pending === '' ? event.key : `${pending} ${event.key}`
      clearTimeout(timer)
      pending = ''
      const run = current.current[sequence] ?? current.current[event.key]
      if (run) {
        event.preventDefault()
        run()
      } else if (Object.keys(current.current).some((key) => key.startsWith(`${event.key} `))) {
        pending = event.key
        timer = setTimeout(() => (pending = ''), 1_000)
      }
    }
    window.addEventListener('keydown', onKey)
    return () => {
      window.removeEventListener('keydown', onKey)
      clearTimeout(timer)
    }
  }, [])
}
