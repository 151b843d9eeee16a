import path from 'node:path'
import { installState } from '../../../scripts/lib/install.mjs'
import { run } from './install.ts'

const folder = path.resolve(import.meta.dirname, '../../../e2e/newest-node')

/** The newest Node, which an npm package carries. */
export function newestNode(): string {
  if (installState(folder) !== 'complete') run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], folder)
  return path.join(folder, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin/node')
}
