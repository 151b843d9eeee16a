import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Installs what the bench compares with into its own folder, unless it is there already. @throws with npm's message. */
export function installPeers(folder: string, say: (line: string) => void): void {
  const lock = (file: string): unknown => {
    try {
      const { packages } = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as {
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
  const installed = existsSync(path.join(folder, 'node_modules')) ? lock('node_modules/.package-lock.json') : null
  if (installed !== null && installed === lock('package-lock.json')) return
  say('Installing the peers (about 120 MB) …')
  const npm = process.env['npm_execpath']
  const [command, ...args] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm']
  const result = spawnSync(
    command,
    [...args, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  )
  if (result.status !== 0) throw new Error(`npm ci of the peers failed: ${result.stderr || String(result.error)}`)
}
