import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { installState } from '../../../scripts/lib/install.mjs'

/** The engines and frameworks, as the lock file names them. */
export function install(): void {
  const folder = path.resolve(import.meta.dirname, '..')
  if (installState(folder) === 'complete') return
  const { status, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error(`npm ci in ${folder} ended with ${status}: ${stderr}`)
}
