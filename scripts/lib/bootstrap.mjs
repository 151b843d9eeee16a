import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkNode } from './check-node.mjs'

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

/**
 * From a fresh clone to something that runs: the right Node, dependencies, build. Progress goes to stderr, so that what is run
 * afterwards has stdout to itself. Ends the process with a sentence that says the way out.
 */
export async function bootstrap(targets, say = (line) => process.stderr.write(line + '\n')) {
  const old = checkNode()
  if (old) fail(old)
  const { installWhenNeeded } = await import('./install.mjs')
  const problem = installWhenNeeded(root, say)
  if (problem) fail(problem)
  const { buildWhenStale } = await import('./build.mjs')
  try {
    await buildWhenStale(root, say, targets)
  } catch (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND')
      fail(`A dependency is missing (${error.message}). Remove node_modules and run the same command again.`)
    if (['EACCES', 'EROFS', 'EPERM'].includes(error.code))
      fail(
        `Cannot write ${error.path}: the checkout must be writable to build in it. Change its permissions or clone it elsewhere.`,
      )
    throw error
  }
}

function fail(message) {
  process.stderr.write('\n' + message + '\n')
  process.exit(1)
}
