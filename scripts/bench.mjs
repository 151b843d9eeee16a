import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { bootstrap, root } from './lib/bootstrap.mjs'

const folder = path.join(root, 'bench')
const names = readdirSync(folder).filter((name) => existsSync(path.join(folder, name, 'main.ts')))
const [name, ...rest] = process.argv.slice(2)
if (!names.includes(name)) {
  process.stderr.write(`Usage: npm run bench -- NAME [--quick]\nNAME is one of: ${names.join(', ')}\n`)
  process.exit(name === undefined ? 0 : 2)
}
await bootstrap(['protections', 'monitor', 'server', 'agent'])
const child = spawn(
  process.execPath,
  ['--import', 'tsx', '--conditions=source', path.join(folder, name, 'main.ts'), ...rest],
  { cwd: root, stdio: 'inherit' },
)
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code) => process.exit(code ?? 1))
