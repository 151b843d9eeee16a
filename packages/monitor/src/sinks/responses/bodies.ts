import type { ResponseWatcher } from './watcher.ts'

/** Bodies whose content may be more than its reader should have. */
export const bodies: ResponseWatcher = {
  kind: 'response',
  body: (head, engine, { userId }) => {
    const contentType = head.header('content-type') ?? ''
    return {
      part: (body) => engine.judge({ kind: 'response', contentType, body, ...(userId === null ? {} : { userId }) }),
    }
  },
}
