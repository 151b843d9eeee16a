import { protections } from '@riposte/protections/catalog'
import { fork } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { drawTable } from '../lib/results.ts'
import type { Message, Order, Report } from './worker.ts'

/** A detector that says nothing for so long hangs. */
const silenceMs = 30_000

type Outcome = { readonly report: Report } | { readonly hangs: string } | { readonly fails: string }

const given = (name: string): string | undefined =>
  process.argv.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3)
const seconds = Number(given('seconds') ?? 60)
const seed = Number(given('seed') ?? Date.now() % 1_000_000_000)
const only = given('only')?.toLowerCase().split(',')
if (!(seconds > 0) || !Number.isInteger(seed))
  throw new Error('--seconds takes a number above 0, --seed a whole number, --only some ids of protections')
const ids = protections.map(({ spec }) => spec.id).filter((id) => only?.includes(id.toLowerCase()) ?? true)

function fuzz(order: Order): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = fork(path.join(import.meta.dirname, 'worker.ts'), { execArgv: process.execArgv })
    let latest = 'start'
    const hang = (): void => {
      child.kill('SIGKILL')
      resolve({ hangs: latest })
    }
    let timer = setTimeout(hang, silenceMs)
    child.on('message', (message: Message) => {
      clearTimeout(timer)
      timer = setTimeout(hang, silenceMs)
      if (message.type === 'ready') child.send(order)
      else if (message.type === 'at') latest = `${message.check}, seed ${message.seed}`
      else resolve({ report: message.report })
    })
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      resolve({ fails: `it ended (${code ?? signal}) in: ${latest}` })
    })
  })
}

const root = path.resolve(import.meta.dirname, '../..')
/** What goes into a file that others read: of moderate length, and without the folder in which this one ran. */
function shorten(given: string): string {
  const text = given.replaceAll(root, '.')
  return text.length > 300 ? `${text.slice(0, 300)}… (${text.length})` : text
}
const show = (value: unknown): string => shorten(JSON.stringify(value))

function tell(id: string, outcome: Outcome): void {
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  if ('hangs' in outcome) say(`${id} hangs: ${outcome.hangs}`)
  else if ('fails' in outcome) say(`${id} fails: ${outcome.fails}`)
  else {
    const { faults, slow, disagreements } = outcome.report
    for (const { seed, what, operation, inputs } of faults.slice(0, 10))
      say(`${id} fault, seed ${seed}: ${shorten(what)}\n  ${show(operation)} ${show(inputs)}`)
    for (const { seed, title, factors, characters, ms } of slow.slice(0, 10))
      say(
        `${id} slow, seed ${seed}: ${Math.round(ms)} ms for ${characters} characters, by ${factors.map((factor) => factor.toFixed(1)).join(', ')}\n  ${shorten(title)}`,
      )
    for (const { seed, kind, oracle, engine, operation, inputs } of disagreements.slice(0, 40))
      say(
        `${id} ${kind}, seed ${seed}, ${oracle} (${engine})\n  ${show(operation)} ${show(inputs.map(({ value }) => value))}`,
      )
  }
}

process.stderr.write(`seed ${seed}, ${seconds} s for each of ${ids.join(', ')}\n`)
const outcomes: Record<string, Outcome> = {}
for (const id of ids) {
  const outcome = await fuzz({ id, seconds, seed })
  outcomes[id] = outcome
  tell(id, outcome)
}

const counted = Object.entries(outcomes).map(([id, outcome]) => {
  if (!('report' in outcome)) return [id, '', '', '', '', '', 'hangs' in outcome ? 'hangs' : 'fails']
  const { cases, shapes, questions, faults, slow, disagreements } = outcome.report
  const asked = Object.values(questions).reduce((sum, count) => sum + count, 0)
  const missed = disagreements.filter(({ kind }) => kind === 'missed').length
  return [
    ...[id, String(cases), String(faults.length), String(shapes), String(slow.length), String(asked)],
    asked === 0 ? 'no engine' : `${missed} missed, ${disagreements.length - missed} alarms`,
  ]
})
const table = drawTable([['', 'cases', 'faults', 'shapes', 'slow', 'asked', 'against the engine'], ...counted])
process.stdout.write(`\n${table}\n`)
const folder = path.resolve(import.meta.dirname, '../results')
mkdirSync(folder, { recursive: true })
writeFileSync(
  path.join(folder, 'fuzz.json'),
  JSON.stringify(
    { name: 'fuzz', date: new Date().toISOString(), seed, seconds, node: process.version, outcomes },
    shortened,
    2,
  ) + '\n',
)
const isClean = (outcome: Outcome): boolean =>
  'report' in outcome &&
  outcome.report.faults.length + outcome.report.slow.length + outcome.report.disagreements.length === 0
process.exitCode = Object.values(outcomes).every(isClean) ? 0 : 1

/** Seeds tell all; a megabyte of text tells nothing more. */
function shortened(_: string, value: unknown): unknown {
  return typeof value === 'string' ? shorten(value) : value
}
