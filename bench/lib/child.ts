import { fork, type ChildProcess } from 'node:child_process'

/** A process that answers questions over its IPC channel. */
export interface Child<Question extends object> {
  readonly process: ChildProcess
  ask(question: Question): Promise<unknown>
  stop(): Promise<void>
}

const answerMs = 120_000

/** @param isReady true for the message that ends the start. Rejects, with what the process wrote to stderr, when it ends before. */
export function startChild<Question extends object>(
  file: string,
  options: {
    readonly args?: readonly string[]
    readonly execArgv?: readonly string[]
    readonly env?: NodeJS.ProcessEnv
    readonly isReady?: (message: unknown) => boolean
    readonly readyMs?: number
  },
): Promise<{ child: Child<Question>; ready: unknown; startMs: number }> {
  const started = performance.now()
  const child = fork(file, [...(options.args ?? [])], {
    execArgv: [...(options.execArgv ?? [])],
    env: options.env ?? {},
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-4_000)))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let nextId = 0

  const self: Child<Question> = {
    process: child,
    ask: (question) =>
      new Promise((resolve, reject) => {
        const id = nextId++
        const timer = setTimeout(() => reject(new Error(`${file} did not answer`)), answerMs)
        const settle = <T>(use: (value: T) => void) => {
          return (value: T) => {
            clearTimeout(timer)
            waiting.delete(id)
            use(value)
          }
        }
        waiting.set(id, { resolve: settle(resolve), reject: settle(reject) })
        child.send({ ...question, id })
      }),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      const forced = setTimeout(() => child.kill('SIGKILL'), 5_000)
      await ended
      clearTimeout(forced)
    },
  }

  return new Promise((resolve, reject) => {
    const tooLong = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`${file} was not ready in time. ${stderr}`))
    }, options.readyMs ?? 60_000)
    const done = (ready: unknown) => {
      clearTimeout(tooLong)
      resolve({ child: self, ready, startMs: performance.now() - started })
    }
    child.on('message', (message: { id?: number; answer?: unknown; error?: string }) => {
      const asked = message.id === undefined ? undefined : waiting.get(message.id)
      if (asked && message.error === undefined) asked.resolve(message.answer)
      else if (asked) asked.reject(new Error(message.error))
      else if (options.isReady?.(message)) done(message)
    })
    child.once('exit', (code, signal) => {
      clearTimeout(tooLong)
      const error = new Error(`${file} ended (${code ?? signal}). ${stderr.trim().split('\n').slice(-8).join('\n')}`)
      for (const asked of waiting.values()) asked.reject(error)
      reject(error)
    })
    if (!options.isReady) child.once('spawn', () => done(null))
  })
}
