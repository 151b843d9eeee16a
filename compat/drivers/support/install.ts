import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { installState } from '../../../scripts/lib/install.mjs'

export type Home = '.' | 'older' | 'prisma'

/** What a folder's lock file names; native drivers are compiled, and Prisma's client is generated. */
export function install(home: Home): void {
  const folder = path.resolve(import.meta.dirname, '..', home)
  // Prisma's command brings packages that ask for a newer Node, and that its client does without.
  const lenient = home === 'prisma' ? ['--engine-strict=false'] : []
  if (installState(folder) !== 'complete')
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...lenient], folder)
  if (home === '.') run(process.execPath, ['compile.mjs'], folder)
  if (home === 'prisma' && !existsSync(path.join(folder, 'node_modules/.prisma/client/schema.prisma')))
    run('npx', ['--no-install', 'prisma', 'generate'], folder, {
      CHECKPOINT_DISABLE: '1',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      // Only migrations would need it, and it comes from an address of its own.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    })
}

/** @throws when the program ends with anything but success */
export function run(program: string, args: readonly string[], cwd: string, env: Record<string, string> = {}): void {
  const { status, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    shell: process.platform === 'win32' && program !== process.execPath,
  })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} in ${cwd} ended with ${status}: ${stderr}`)
}
