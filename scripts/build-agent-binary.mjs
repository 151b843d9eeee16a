import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buildWhenStale } from './lib/build.mjs'

/** The agent and Node in one file, for Linux hosts that have no Node: `node scripts/build-agent-binary.mjs [where to]`. */
const root = path.resolve(import.meta.dirname, '..')
const to = path.resolve(process.argv[2] ?? path.join(root, 'apps/agent/dist/riposte-agent'))
/** Where Node looks for what was put into it; the same for every program. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

if (process.platform !== 'linux') {
  console.error('The single binary is made on Linux, for Linux; elsewhere run riposte-agent.cjs with Node.')
  process.exit(1)
}
await buildWhenStale(root, console.log, ['agent'])
const folder = mkdtempSync(path.join(tmpdir(), 'riposte-agent-'))
try {
  const blob = path.join(folder, 'agent.blob')
  const config = path.join(folder, 'sea.json')
  writeFileSync(
    config,
    JSON.stringify({
      main: path.join(root, 'apps/agent/dist/riposte-agent.cjs'),
      output: blob,
      disableExperimentalSEAWarning: true,
      useCodeCache: true,
    }),
  )
  execFileSync(process.execPath, ['--experimental-sea-config', config], { stdio: 'ignore' })
  const binary = path.join(folder, 'riposte-agent')
  copyFileSync(process.execPath, binary)
  chmodSync(binary, 0o755)
  const { inject } = await import('postject')
  await inject(binary, 'NODE_SEA_BLOB', readFileSync(blob), { sentinelFuse: fuse })
  copyFileSync(binary, to)
  chmodSync(to, 0o755)
  const version = execFileSync(to, ['version'], { encoding: 'utf8', timeout: 30_000 }).trim()
  console.log(`${to}: version ${version}, ${(statSync(to).size / 1_048_576).toFixed(0)} MB`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
