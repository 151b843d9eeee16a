import { existsSync } from 'node:fs'
import path from 'node:path'

const file = path.resolve(
  import.meta.dirname,
  `../../../e2e/newest-node/node_modules/node-${process.platform}-${process.arch}/bin/node`,
)

/** The newest Node, which an npm package carries; null where nobody has installed it. */
export const newestNode: string | null = existsSync(file) ? file : null
