import { spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'

export interface MariadbServer {
  readonly port: number
  stop(): Promise<void>
}

/**
 * A MariaDB of our own: an empty folder, no grant tables (so no system tables are needed and anybody is root), loopback only. As an
 * unprivileged user even when the tests run as root, which the server refuses.
 */
export async function startMariadb(...options: readonly string[]): Promise<MariadbServer> {
  const program = ['/usr/sbin/mariadbd', '/usr/local/sbin/mariadbd', '/usr/bin/mariadbd'].find((file) =>
    existsSync(file),
  )
  if (!program) throw new Error('mariadbd is not installed: apt-get install mariadb-server')
  const folder = mkdtempSync(path.join(tmpdir(), 'riposte-mariadb-'))
  const asRoot = userInfo().uid === 0
  const nobody = 65_534
  if (asRoot) chownSync(folder, nobody, nobody)
  const port = await freePort()
  const child = spawn(
    program,
    [
      '--no-defaults',
      ...(asRoot ? ['--user=nobody'] : []),
      `--datadir=${folder}`,
      `--socket=${path.join(folder, 'socket')}`,
      `--pid-file=${path.join(folder, 'pid')}`,
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      '--skip-grant-tables',
      '--skip-networking=0',
      '--skip-log-bin',
      '--performance-schema=off',
      '--innodb-buffer-pool-size=16M',
      '--innodb-log-file-size=4M',
      ...options,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let output = ''
  child.stderr.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4_000)))
  const gone = new Promise((resolve) => child.once('exit', resolve))
  const deadline = Date.now() + 30_000
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`mariadbd did not start: ${output}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    port,
    stop: async () => {
      child.kill('SIGKILL')
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Below the range that the kernel gives to outgoing connections, where a probe of a closed port may meet itself. */
async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer()
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (free) return port
  }
  throw new Error('no free port')
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    // A server greets; a port that only listens does not.
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
