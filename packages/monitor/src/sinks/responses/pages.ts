import type { ResponseWatcher } from './watcher.ts'

/** Bodies that a browser reads as markup. */
export const pages: ResponseWatcher = {
  kind: 'html',
  body: (head, engine) => {
    const type = head.header('content-type')
    if (type !== null && !/^\s*(?:text\/html|application\/xhtml\+xml|image\/svg\+xml)\b/i.test(type)) return null
    return { part: (text) => engine.judge({ kind: 'html', body: text }) }
  },
}
