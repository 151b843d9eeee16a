import { bodies } from './bodies.ts'
import { pages } from './pages.ts'
import { redirects } from './redirects.ts'
import type { ResponseWatcher } from './watcher.ts'

/** Everything that is read from answers. */
export const watchers: readonly ResponseWatcher[] = [redirects, pages, bodies]
