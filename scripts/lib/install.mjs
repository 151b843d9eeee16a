import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/**
 * Whether `node_modules` holds what the lock file asks for. npm writes its own copy of the lock file into node_modules as the last
 * step of an install, so an install that was cut off is told from a whole one.
 * @returns {'complete' | 'absent' | 'unfinished' | 'outdated'}
 */
export function installState(root) {
  const modules = path.join(root, 'node_modules')
  if (!existsSync(modules)) return 'absent'
  const installed = readLock(path.join(modules, '.package-lock.json'))
  if (!installed) return 'unfinished'
  const wanted = readLock(path.join(root, 'package-lock.json'))
  if (!wanted) return 'complete'
  for (const [name, entry] of Object.entries(wanted)) {
    if (!name.startsWith('node_modules/') || entry.optional || entry.peer) continue
    if (entry.link) {
      if (!existsSync(path.join(root, name))) return 'outdated'
      continue
    }
    if (installed[name]?.version !== entry.version) return 'outdated'
    if (!existsSync(path.join(root, name, 'package.json'))) return 'unfinished'
  }
  return 'complete'
}

function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return null
  }
}

const reasons = {
  absent: 'Installing dependencies (first start, about a minute) …',
  unfinished: 'An earlier install did not finish: installing again …',
  outdated: 'Dependencies changed: installing …',
}

/** Installs when needed. @returns {string | null} what went wrong and the way out */
export function installWhenNeeded(root, say) {
  const state = installState(root)
  if (state === 'complete') return null
  say(reasons[state])
  const npm = npmCommand()
  const result = spawnSync(npm[0], [...npm.slice(1), 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (result.status === 0) return null
  return `The install failed (npm ci ended with ${result.status ?? result.error?.message ?? result.signal}). Its own message is above. When the network is back, or after \`rm -rf node_modules\`, run the same command again.`
}

/** The npm that runs us, else the one on the PATH. */
function npmCommand() {
  const own = process.env.npm_execpath
  if (own && existsSync(own)) return own.endsWith('.js') || own.endsWith('.cjs') ? [process.execPath, own] : [own]
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm']
}
