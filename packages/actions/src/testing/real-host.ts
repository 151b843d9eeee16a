import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { ProgramMissing, type ControlPlane, type Host, type HostPolicy, type RunResult } from '../host.ts'

export interface RealHostOptions {
  readonly stateDir: string
  /** Put before every program, such as `['ip', 'netns', 'exec', 'rp-x']`. */
  readonly prefix?: readonly string[]
  readonly pid?: number
  readonly addresses?: () => ReturnType<ControlPlane['addresses']>
  readonly roundTrip?: (timeoutMs: number) => Promise<boolean>
  readonly upload?: ControlPlane['upload']
  readonly policy?: Partial<HostPolicy>
  readonly now?: () => number
  readonly dial?: Host['dial']
  /** Told of every program that is run. */
  readonly onRun?: (file: string, args: readonly string[]) => void
}

const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
  await delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined)
}

/** What one stream said, as far as it is kept. */
const kept = (stream: NodeJS.ReadableStream, limit: number): (() => string) => {
  const chunks: Buffer[] = []
  let bytes = 0
  stream.on('data', (chunk: Buffer) => {
    if (bytes < limit) chunks.push(chunk.subarray(0, limit - bytes))
    bytes += chunk.length
  })
  return () => Buffer.concat(chunks).toString('utf8')
}

/** This machine's kernel through real programs, for tests: in the namespace that `prefix` enters. */
export const realHost = (options: RealHostOptions): Host => ({
  platform: 'linux',
  now: options.now ?? Date.now,
  sleep,
  stateDir: options.stateDir,
  pid: options.pid ?? process.pid,
  run: (file, args, run = {}) =>
    new Promise<RunResult>((resolve, reject) => {
      options.onRun?.(file, args)
      const [program = file, ...rest] = [...(options.prefix ?? []), file, ...args]
      const child = spawn(program, rest, {
        stdio: ['pipe', 'pipe', 'pipe'],
        env: { ...process.env, ...run.env },
        ...(run.signal === undefined ? {} : { signal: run.signal, killSignal: 'SIGKILL' as const }),
      })
      const stdout = kept(child.stdout, run.maxOutput ?? 4_194_304)
      const stderr = kept(child.stderr, run.maxOutput ?? 4_194_304)
      let timedOut = false
      const timer = setTimeout(() => {
        timedOut = true
        child.kill('SIGKILL')
      }, run.timeoutMs ?? 15_000)
      child.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer)
        if (error.code === 'ENOENT') reject(new ProgramMissing(file))
        else if (error.name === 'AbortError') resolve({ code: null, stdout: stdout(), stderr: stderr(), timedOut })
        else reject(error)
      })
      child.on('close', (code) => {
        clearTimeout(timer)
        // `ip netns exec` stands between us and the program, and says so in its own words.
        const missing = options.prefix !== undefined && code !== 0 && /exec of .* failed: No such file/.test(stderr())
        if (missing) reject(new ProgramMissing(file))
        else resolve({ code, stdout: stdout(), stderr: stderr(), timedOut })
      })
      // A program that ends without reading all of its input is no failure of ours.
      child.stdin.on('error', () => undefined)
      child.stdin.end(run.input)
    }),
  controlPlane: {
    addresses: options.addresses ?? (() => []),
    roundTrip: options.roundTrip ?? (() => Promise.resolve(true)),
    readSigned: () => {
      throw new Error('This host trusts no key')
    },
    upload: options.upload ?? (() => Promise.reject(new Error('This host has nowhere to upload to'))),
  },
  ...(options.dial === undefined ? {} : { dial: options.dial }),
  policy: () => ({
    neverBlock: [],
    protectedProcesses: [],
    isolationAllow: [],
    evidenceBudget: 1_073_741_824,
    ...options.policy,
  }),
})
