import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { benchDir } from './guards.ts'

/** What each puts into a user's node_modules, in MB; NaN where the peers are not there. */
export function installedSizes(): Readonly<Record<'riposte' | 'zen' | 'dd', number>> {
  const modules = path.join(benchDir, 'peers/node_modules')
  const zen = folderMb(path.join(modules, '@aikidosec'))
  // Not what stands there for the app that is measured.
  const own = ['better-sqlite3', 'bindings', 'prebuild-install', 'node-abi'].map((name) =>
    folderMb(path.join(modules, name)),
  )
  return { riposte: packedMb(), zen, dd: folderMb(modules) - zen - own.reduce((sum, size) => sum + size, 0) }
}

/** What npm would unpack. */
function packedMb(): number {
  const folder = path.resolve(benchDir, '../packages/monitor')
  const packed = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: folder,
    encoding: 'utf8',
  })
  const [report] = JSON.parse(packed.stdout) as { unpackedSize: number }[]
  if (!report) throw new Error(`npm pack said nothing: ${packed.stderr}`)
  return report.unpackedSize / 1e6
}

function folderMb(folder: string): number {
  const counted = spawnSync('du', ['-sk', folder], { encoding: 'utf8' })
  return counted.status === 0 ? Number(counted.stdout.split('\t')[0]) / 1_000 : Number.NaN
}
