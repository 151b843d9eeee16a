import { spawn } from 'node:child_process'
import path from 'node:path'
import { root } from './bootstrap.mjs'

/** The PostgreSQL servers that the database tests run against, each started when its turn comes and stopped by whoever asked. */
export async function postgresServers() {
  return [
    await start('the embedded default', ['embedded']),
    await start('the packaged 18 over TCP with a password', ['tcp']),
    await start("Debian's 15 over TCP with a password", ['debian']),
  ]
}

function start(name, args) {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--conditions=source', path.join(root, 'packages/testkit/src/run-postgres.ts'), ...args],
    {
      cwd: root,
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  return new Promise((resolve) => {
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
      const end = output.indexOf('\n')
      if (end === -1) return
      const answer = JSON.parse(output.slice(0, end))
      const gone = new Promise((resolve) => child.once('exit', resolve))
      resolve({
        name,
        ...answer,
        stop: async () => {
          child.stdin.end()
          await gone
        },
      })
    })
    child.once('exit', (code) => resolve({ name, missing: `it did not start (exit ${code})` }))
  })
}
