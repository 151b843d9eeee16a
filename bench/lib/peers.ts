import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Installs what the bench compares with into its own folder, unless it is there already. @throws with npm's message. */
export function installPeers(folder: string, say: (line: string) => void): void {
  const installed = existsSync(path.join(folder, 'node_modules'))
    ? locked(path.join(folder, 'node_modules/.package-lock.json'))
    : null
  if (installed !== null && installed === locked(path.join(folder, 'package-lock.json'))) return
  say('Installing the peers (about 130 MB) …')
  const result = npm(folder, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'])
  if (result.status !== 0) throw new Error(`npm ci of the peers failed: ${result.stderr || String(result.error)}`)
}

/** A native driver stands beside the peers: it is built from its source, which takes a compiler and two minutes. @throws */
export function buildSqlite(folder: string, say: (line: string) => void): void {
  if (existsSync(path.join(folder, 'node_modules/better-sqlite3/build/Release/better_sqlite3.node'))) return
  say('Building better-sqlite3 …')
  const result = npm(folder, ['rebuild', 'better-sqlite3', '--ignore-scripts=false', '--build-from-source'])
  if (result.status !== 0)
    throw new Error(`better-sqlite3 could not be built: ${(result.stderr || String(result.error)).slice(-1_000)}`)
}

function npm(cwd: string, args: readonly string[]): ReturnType<typeof spawnSync> & { readonly stderr: string } {
  const file = process.env['npm_execpath']
  const [command, ...before] = file?.endsWith('.js') ? [process.execPath, file] : ['npm']
  return spawnSync(command, [...before, ...args], { cwd, encoding: 'utf8' })
}

/** Names and versions of a lock file, as one text; null when there is none. */
function locked(file: string): string | null {
  try {
    const { packages } = JSON.parse(readFileSync(file, 'utf8')) as {
      packages: Record<string, { version?: string; optional?: boolean }>
    }
    return JSON.stringify(
      Object.entries(packages).flatMap(([name, entry]) =>
        name === '' || entry.optional ? [] : [[name, entry.version]],
      ),
    )
  } catch {
    return null
  }
}
