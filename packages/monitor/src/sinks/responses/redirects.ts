import type { ResponseWatcher } from './watcher.ts'

/** Answers that send the client elsewhere. */
export const redirects: ResponseWatcher = {
  kind: 'redirect',
  head: (head, engine, { request }) => {
    if (head.status < 300 || head.status > 399 || head.status === 304) return null
    const location = head.header('location')
    if (location === null) return null
    const host = request?.headers[':authority'] ?? request?.headers.host
    return engine.judge({ kind: 'redirect', location, ...(typeof host === 'string' ? { host } : {}) })
  },
}
