import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

// Compiles the native drivers, which bring no binaries in their packages; unoptimised, since they only answer tests.
const folder = import.meta.dirname
const nodeGyp = createRequire(path.join(folder, 'node_modules/sqlite3/package.json')).resolve(
  'node-gyp/bin/node-gyp.js',
)
const installed = path.resolve(process.execPath, '../..')
const headers = existsSync(path.join(installed, 'include/node/node.h')) ? [`--nodedir=${installed}`] : []

const compile = (name) =>
  new Promise((resolve) => {
    const cwd = path.join(folder, 'node_modules', name)
    if (existsSync(path.join(cwd, 'build/Release'))) return resolve(0)
    const child = spawn(process.execPath, [nodeGyp, 'rebuild', '--release', ...headers], {
      cwd,
      env: { ...process.env, CFLAGS: '-O0', CXXFLAGS: '-O0' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let errors = ''
    child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-8_000)))
    child.on('close', (code) => {
      if (code !== 0) console.error(`${name} did not compile:\n${errors}`)
      resolve(code ?? 1)
    })
  })

const codes = await Promise.all(['better-sqlite3', 'sqlite3'].map(compile))
process.exit(codes.every((code) => code === 0) ? 0 : 1)
