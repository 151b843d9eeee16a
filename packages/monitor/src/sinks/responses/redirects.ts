import type { ResponseWatcher } from './watcher.ts'

/** Answers that send the client elsewhere. */
export const redirects: ResponseWatcher = {
  kind: 'redirect',
  head: (head, engine) => {
    if (head.status < 300 || head.status > 399) return null
    const location = head.header('location')
    return location === null ? null : engine.judge({ kind: 'redirect', location })
  },
}
