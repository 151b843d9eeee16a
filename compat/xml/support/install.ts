import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { installState } from '../../../scripts/lib/install.mjs'

const folder = path.resolve(import.meta.dirname, '..')

/** The libraries, as the lock file names them, and the one of them that is compiled. */
export function install(): void {
  if (installState(folder) !== 'complete') run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  if (!existsSync(path.join(folder, 'node_modules/libxmljs2/build/complete'))) run(process.execPath, ['compile.mjs'])
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} in ${folder} ended with ${status}: ${stderr}`)
}
