import { spawn, spawnSync } from 'node:child_process'
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import path from 'node:path'
import { node, until, type Product } from './product.ts'

/** Why this machine cannot have lab hosts; null when it can. */
export const whyNoLab = (): string | null =>
  process.platform !== 'linux'
    ? 'lab hosts are made of Linux namespaces'
    : process.getuid?.() !== 0
      ? 'root is needed to make namespaces'
      : null

/** A lab host as its kernel sees it, from outside: none of this asks the agent. */
export interface HostView {
  readonly namespace: string
  /** Where the machine that runs the test reaches it, and where its neighbour does. */
  readonly address: string
  readonly lanAddress: string
  /** A file of the host, as a path for this process. */
  file(name: string): string
  /** Numbers, on this machine, of the host's processes that the test accepts. */
  processes(accept: (process: { command: string; uid: number }) => boolean): number[]
  /** Runs a program in all namespaces of the host. */
  run(...argv: [string, ...string[]]): string
  /** What the neighbour's page says to this host; null: it is not reached. */
  fetchPage(address: string): string | null
  /** A service on the host that says everything back; part of the test, not of the lab. */
  startEcho(port: number): Promise<{ stop(): void }>
}

export function viewHost(product: Product, name: string): HostView {
  const namespace = `riposte-${product.env['RIPOSTE_AGENT_PORT'] ?? ''}-${name}`
  const outer = product.facts().pids.agents[name] ?? 0
  const first = Number(readFileSync(`/proc/${outer}/task/${outer}/children`, 'utf8').trim().split(' ')[0])
  const pidNamespace = readlinkSync(`/proc/${first}/ns/pid`)
  const addressOf = (device: string): string => {
    const shown = must('ip', ['-n', namespace, '-4', '-o', 'address', 'show', 'dev', device])
    return /inet ([\d.]+)\//.exec(shown)?.[1] ?? ''
  }
  return {
    namespace,
    address: addressOf('eth0'),
    lanAddress: addressOf('lan0'),
    file: (inside) => path.join(`/proc/${first}/root`, inside),
    processes: (accept) =>
      readdirSync('/proc')
        .filter((entry) => /^\d+$/.test(entry))
        .map(Number)
        .filter((pid) => {
          try {
            if (readlinkSync(`/proc/${pid}/ns/pid`) !== pidNamespace) return false
            const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
            const uid = Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
            // A zombie has no command: it has ended.
            return command !== '' && accept({ command, uid })
          } catch {
            return false
          }
        }),
    run: (...argv) => must('nsenter', ['-t', String(first), '-m', '-p', '-n', '-u', ...argv]),
    fetchPage: (address) => {
      const script = `fetch('http://${address}:8080',{signal:AbortSignal.timeout(1500)}).then(r=>r.text()).then(t=>process.stdout.write(t),()=>process.exit(1))`
      const done = spawnSync('ip', ['netns', 'exec', namespace, node, '-e', script], { timeout: 10_000 })
      return done.status === 0 ? done.stdout.toString() : null
    },
    startEcho: async (port) => {
      const script = `require('net').createServer(s=>s.on('error',()=>{}).pipe(s)).listen(${port},()=>console.log('ready'))`
      const child = spawn('ip', ['netns', 'exec', namespace, node, '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await new Promise<void>((resolve, reject) => {
        child.stdout.once('data', () => resolve())
        child.once('exit', () => reject(new Error('the echo service ended')))
      })
      return { stop: () => void child.kill('SIGKILL') }
    },
  }
}

function must(file: string, args: readonly string[]): string {
  const done = spawnSync(file, args, { timeout: 20_000 })
  if (done.status !== 0) throw new Error(`${file} ${args.join(' ')}: ${done.stderr.toString()}`)
  return done.stdout.toString()
}

/** A connection to an echo service. */
export interface Line {
  /** True when what is said comes back in time. */
  answers(): Promise<boolean>
  close(): void
}

/** @returns null when nobody answers the call */
export async function openLine(host: string, port: number, patienceMs = 1_500): Promise<Line | null> {
  const socket = await new Promise<Socket | null>((resolve) => {
    const called = connect({ host, port })
    const give = (result: Socket | null): void => {
      clearTimeout(timer)
      if (result === null) called.destroy()
      resolve(result)
    }
    const timer = setTimeout(() => give(null), patienceMs)
    called.on('connect', () => give(called)).on('error', () => give(null))
  })
  if (!socket) return null
  let heard = ''
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString()))
  let said = 0
  return {
    answers: async () => {
      const word = `<${(said += 1)}>`
      if (socket.destroyed) return false
      socket.write(word)
      return until(() => heard.includes(word), patienceMs).then(
        () => true,
        () => false,
      )
    },
    close: () => void socket.destroy(),
  }
}
