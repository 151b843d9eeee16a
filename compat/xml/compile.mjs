import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import path from 'node:path'

// Compiles libxmljs2, which brings no binaries in its package; unoptimised, since it only answers tests.
const folder = import.meta.dirname
const cwd = path.join(folder, 'node_modules/libxmljs2')
const done = path.join(cwd, 'build/complete')
if (existsSync(done)) process.exit(0)
const nodeGyp = createRequire(path.join(cwd, 'package.json')).resolve('node-gyp/bin/node-gyp.js')
const installed = path.resolve(process.execPath, '../..')
const headers = existsSync(path.join(installed, 'include/node/node.h')) ? [`--nodedir=${installed}`] : []
const child = spawn(
  process.execPath,
  [nodeGyp, 'rebuild', '--release', `--jobs=${availableParallelism()}`, ...headers],
  {
    cwd,
    env: { ...process.env, CFLAGS: '-O0 -w', CXXFLAGS: '-O0 -w' },
    stdio: ['ignore', 'ignore', 'pipe'],
  },
)
let errors = ''
child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-8_000)))
child.on('close', (code) => {
  if (code === 0) writeFileSync(done, '')
  else console.error(`libxmljs2 did not compile:\n${errors}`)
  process.exit(code ?? 1)
})
