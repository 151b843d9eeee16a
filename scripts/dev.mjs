import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import path from 'node:path'
import { bootstrap, root } from './lib/bootstrap.mjs'

// The product, rebuilt and restarted whenever a source changes. The data stays.
await bootstrap()
let child = start()
let timer

for (const folder of ['packages', 'apps', 'examples']) {
  watch(path.join(root, folder), { recursive: true }, (_event, file) => {
    if (file === null || !/[\\/]src[\\/]/.test(file) || /[\\/](dist|node_modules)[\\/]|\.test\.tsx?$/.test(file)) return
    clearTimeout(timer)
    timer = setTimeout(() => void restart(file), 200)
  })
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, async () => {
    await end(child)
    process.exit(0)
  })
}

function start() {
  return spawn(process.execPath, [path.join(root, 'scripts/start.mjs')], { stdio: 'inherit' })
}

async function restart(file) {
  console.error(`\n${file} changed: starting again …`)
  await end(child)
  child = start()
}

function end(running) {
  if (running.exitCode !== null) return Promise.resolve()
  const gone = new Promise((resolve) => running.once('exit', resolve))
  running.kill('SIGTERM')
  return gone
}
