import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { setTimeout as delay } from 'node:timers/promises'

export interface ContainedRun {
  /** Ends up in the environment of everything that it starts, so that nothing of it is lost sight of. */
  readonly mark: string
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly timeoutMs: number
  readonly signal: AbortSignal
  output(stream: 'stdout' | 'stderr', text: string): void
}

export interface ContainedEnd {
  readonly code: number | null
  readonly signal: string | null
  readonly endedBy: 'itself' | 'time_limit' | 'request'
  readonly stdout: Captured
  readonly stderr: Captured
  /** Processes that outlived it and were ended. */
  readonly leftovers: number
  readonly limits: 'set' | 'unavailable'
}

export interface Captured {
  /** The last part. */
  readonly tail: string
  readonly bytes: number
}

/** Of each stream, handed on as it comes; what is beyond is counted only. */
const mostShown = 1024 * 1024
const tailBytes = 16 * 1024
const graceMs = 2_000
const memoryBytes = 2 * 1024 ** 3
const markName = 'RIPOSTE_RUN'

/** Runs a program in a process group of its own, under limits, and leaves none of its processes behind. Linux. */
export async function runContained(run: ContainedRun): Promise<ContainedEnd> {
  const prlimit = ['/usr/bin/prlimit', '/bin/prlimit'].find((file) => existsSync(file))
  const limited =
    prlimit === undefined
      ? [run.file, ...run.args]
      : [prlimit, `--as=${memoryBytes}`, '--core=0', '--nofile=4096', '--', run.file, ...run.args]
  const [program, ...args] = limited as [string, ...string[]]
  const child = spawn(program, args, {
    cwd: run.cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      LANG: 'C.UTF-8',
      HOME: '/root',
      [markName]: run.mark,
    },
  })
  const stdout = capture(child.stdout, (text) => run.output('stdout', text))
  const stderr = capture(child.stderr, (text) => run.output('stderr', text))
  let endedBy: ContainedEnd['endedBy'] = 'itself'
  const gone = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve({ code, signal }))
  })
  const stop = (why: ContainedEnd['endedBy']) => (): void => {
    endedBy = why
    void endGroup(child.pid, gone)
  }
  const onTime = stop('time_limit')
  const onRequest = stop('request')
  const timer = setTimeout(onTime, run.timeoutMs)
  run.signal.addEventListener('abort', onRequest, { once: true })
  if (run.signal.aborted) onRequest()
  try {
    const { code, signal } = await gone
    const leftovers = await endMarked(run.mark)
    // What outlived it may still have held the pipes.
    child.stdout.destroy()
    child.stderr.destroy()
    return {
      code,
      signal,
      endedBy,
      stdout: stdout(),
      stderr: stderr(),
      leftovers,
      limits: prlimit === undefined ? 'unavailable' : 'set',
    }
  } finally {
    clearTimeout(timer)
    run.signal.removeEventListener('abort', onRequest)
  }
}

async function endGroup(pid: number | undefined, gone: Promise<unknown>): Promise<void> {
  if (pid === undefined) return
  signalGroup(pid, 'SIGTERM')
  await Promise.race([gone, delay(graceMs)])
  signalGroup(pid, 'SIGKILL')
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // Gone already.
  }
}

/** Ends whatever carries the mark, until nothing does: a process may fork while it is looked for. @returns how many there were */
export async function endMarked(mark: string): Promise<number> {
  const ended = new Set<number>()
  for (let round = 0; round < 50; round += 1) {
    const found = findMarked(mark)
    if (found.length === 0) return ended.size
    for (const pid of found) {
      ended.add(pid)
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // Gone already.
      }
    }
    await delay(10)
  }
  return ended.size
}

function findMarked(mark: string): number[] {
  const wanted = Buffer.from(`${markName}=${mark}\0`)
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`).includes(wanted) && !isZombie(pid)
      } catch {
        return false
      }
    })
}

const isZombie = (pid: number): boolean => /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))

function capture(stream: NodeJS.ReadableStream, show: (text: string) => void): () => Captured {
  const decoder = new StringDecoder('utf8')
  let bytes = 0
  let tail = ''
  stream.on('data', (chunk: Buffer) => {
    const before = bytes
    bytes += chunk.length
    const text = decoder.write(chunk)
    tail = (tail + text).slice(-tailBytes)
    if (before >= mostShown) return
    show(text)
    if (bytes >= mostShown) show(`\n[more than ${mostShown} bytes: the rest is counted and not shown]\n`)
  })
  stream.on('error', () => undefined)
  return () => ({ tail, bytes })
}
