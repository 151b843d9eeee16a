import { useSyncExternalStore } from 'react'

export interface AskStore<Asked> {
  readonly open: (asked: Asked) => void
  readonly close: () => void
  readonly use: () => Asked | null
}

/** What one dialog of the frame shows: any page may open it without knowing it. */
export function askStore<Asked>(): AskStore<Asked> {
  let asked: Asked | null = null
  const listeners = new Set<() => void>()
  const set = (next: Asked | null): void => {
    asked = next
    for (const listener of listeners) listener()
  }
  return {
    open: set,
    close: () => set(null),
    use: () =>
      useSyncExternalStore(
        (listener) => {
          listeners.add(listener)
          return () => listeners.delete(listener)
        },
        () => asked,
      ),
  }
}
