import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { installState } from '../../../scripts/lib/install.mjs'

export const homes = ['older', 'current'] as const
export type Home = (typeof homes)[number]

export const folderOf = (home: Home): string => path.resolve(import.meta.dirname, '..', home)

/** The libraries of one folder, as its lock file names them. */
export function install(home: Home): void {
  const folder = folderOf(home)
  if (installState(folder) === 'complete') return
  const { status, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error(`npm ci in ${home} ended with ${status}: ${stderr}`)
}
