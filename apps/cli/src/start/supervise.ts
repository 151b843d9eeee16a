import { fork, type ChildProcess } from 'node:child_process'

export interface ProgramOptions {
  readonly name: string
  readonly file: string
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** Called with the program's `ready` message, at every start. */
  ready(message: Record<string, unknown>): void
  say(line: string): void
}

export interface Program {
  readonly pid: number | undefined
  /** Resolves at the first `ready`; rejects when the program ends before it. */
  readonly started: Promise<void>
  stop(): Promise<void>
}

const firstDelayMs = 2_000
const longestDelayMs = 30_000
const stableAfterMs = 60_000
const stopDeadlineMs = 10_000

/** Runs a program, starts it again when it dies after a first good start, and stops it with us. */
export function supervise(options: ProgramOptions): Program {
  let child: ChildProcess | null = null
  let stopping = false
  let delay = firstDelayMs
  let timer: NodeJS.Timeout | undefined
  let everReady = false
  let settle: { resolve(): void; reject(error: Error): void }
  const started = new Promise<void>((resolve, reject) => (settle = { resolve, reject }))
  let failure: string | null = null

  const launch = (): void => {
    const begun = Date.now()
    const current = fork(options.file, [], {
      cwd: options.cwd,
      env: options.env,
      execArgv: ['--enable-source-maps'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    child = current
    current.on('message', (message: Record<string, unknown>) => {
      if (message['type'] === 'failed') failure = String(message['message'])
      if (message['type'] !== 'ready') return
      everReady = true
      options.ready(message)
      settle.resolve()
    })
    current.on('exit', (code, signal) => {
      child = null
      if (stopping) return
      const how = signal ? `was ended by ${signal}` : `ended with code ${code}`
      if (!everReady) {
        settle.reject(new Error(failure ?? `The ${options.name} ${how} before it was ready.`))
        return
      }
      if (Date.now() - begun > stableAfterMs) delay = firstDelayMs
      options.say(`The ${options.name} ${how}; starting it again in ${delay / 1000} s.`)
      timer = setTimeout(launch, delay)
      delay = Math.min(delay * 2, longestDelayMs)
    })
  }
  launch()

  return {
    get pid() {
      return child?.pid
    },
    started,
    stop: async () => {
      stopping = true
      clearTimeout(timer)
      const current = child
      if (!current) return
      const gone = new Promise<void>((resolve) => current.once('exit', () => resolve()))
      current.kill('SIGTERM')
      const force = setTimeout(() => current.kill('SIGKILL'), stopDeadlineMs)
      await gone
      clearTimeout(force)
    },
  }
}
