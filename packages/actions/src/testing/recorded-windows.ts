import { ProgramMissing, type Host, type HostPolicy } from '../host.ts'
import type { Evidence, Job } from '../executor.ts'
import { realHost } from './real-host.ts'

/** An answer of a program that was written down, or what takes one from what is asked. */
type Answering = (asked: Record<string, unknown>, count: number) => string | object
export type Recorded = string | object | Answering

export interface Asked {
  /** The first comment of a script, or the program with its arguments. */
  readonly what: string
  readonly input: Record<string, unknown>
}

/** A Windows of recorded answers: by the title of a PowerShell script or the name of a program. Whatever has none is missing. */
export const recordedWindows = (
  answers: Readonly<Record<string, Recorded>>,
  options: { readonly policy?: Partial<HostPolicy>; readonly pid?: number; readonly stateDir?: string } = {},
) => {
  const asked: Asked[] = []
  const scripts: string[] = []
  const commandLines: string[] = []
  const real = realHost({ stateDir: options.stateDir ?? 'C:\\ProgramData\\Riposte', ...options })
  const host: Host = {
    ...real,
    platform: 'windows',
    pid: options.pid ?? 700,
    run: (file, args, run) => {
      const script = args.includes('-EncodedCommand')
        ? Buffer.from(args.at(-1) ?? '', 'base64').toString('utf16le')
        : null
      const title = script === null ? file : (/^# (.+)$/m.exec(script)?.[1] ?? '')
      const input = JSON.parse(script === null ? '{}' : typeof run?.input === 'string' ? run.input : 'null') as Record<
        string,
        unknown
      > | null
      if (script !== null) scripts.push(script)
      commandLines.push([file, ...args].join(' '))
      const answer = answers[title]
      if (answer === undefined) return Promise.reject(new ProgramMissing(file))
      const count = asked.filter(({ what }) => what.startsWith(title)).length
      asked.push({ what: script === null ? [file, ...args].join(' ') : title, input: input ?? {} })
      const said = typeof answer === 'function' ? (answer as Answering)(input ?? {}, count) : answer
      return Promise.resolve({
        code: 0,
        stdout: typeof said === 'string' ? said : JSON.stringify(said),
        stderr: '',
        timedOut: false,
      })
    },
  }
  const notes: Evidence[] = []
  const job = <P>(parameters: P): Job<P> => ({
    actionId: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
    parameters,
    context: {},
    host,
    signal: AbortSignal.timeout(10_000),
    note: (note) => {
      notes.push(note)
      return Promise.resolve()
    },
    output: () => undefined,
  })
  return { host, job, asked, notes, scripts, commandLines }
}
