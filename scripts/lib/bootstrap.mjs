import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkNode } from './check-node.mjs'

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

/**
 * From a fresh clone to something that runs: the right Node, dependencies, build. Progress goes to stderr, so that what is run
 * afterwards has stdout to itself. Ends the process with a sentence that says the way out.
 */
export async function bootstrap(targets, { quiet = false } = {}) {
  const say = (line) => {
    if (!quiet) process.stderr.write(line + '\n')
  }
  const old = checkNode()
  if (old) fail(old)
  const { installWhenNeeded } = await import('./install.mjs')
  const problem = installWhenNeeded(root, say)
  if (problem) fail(problem)
  const { isStale } = await import('./build.mjs')
  if (!isStale(root, targets)) return
  // In a process of its own: bundlers keep hundreds of megabytes, and we may run for weeks.
  const { spawnSync } = await import('node:child_process')
  const result = spawnSync(process.execPath, [path.join(root, 'scripts/lib/run-build.mjs'), ...(targets ?? [])], {
    stdio: ['ignore', quiet ? 'ignore' : 2, 2],
  })
  if (result.status !== 0)
    fail(
      'The build failed. Its own message is above; after mending it (or `rm -rf node_modules` for a damaged install) run the same command again.',
    )
}

function fail(message) {
  process.stderr.write('\n' + message + '\n')
  process.exit(1)
}
