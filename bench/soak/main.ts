import path from 'node:path'
import { drawTable, writeResults, type Row } from '../lib/results.ts'
import { round } from '../lib/statistics.ts'
import { benchDir } from '../monitor/guards.ts'
import { runSoak, type SoakPlan } from './run-soak.ts'

const say = (line: string) => process.stderr.write(`${line}\n`)

function numberOf(name: string, otherwise: number): number {
  const given = process.argv.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3)
  const value = given === undefined ? otherwise : Number(given)
  if (!(value > 0)) throw new Error(`--${name} takes a number above 0; given ${given ?? ''}`)
  return value
}

const minutes = numberOf('minutes', 30)
const plan: SoakPlan = {
  seconds: minutes * 60,
  warmUpSeconds: minutes * 12,
  sliceSeconds: Math.min(20, minutes * 4),
  perSecond: numberOf('per-second', 300),
  seed: numberOf('seed', 1),
}
const report = await runSoak(plan, say)
const rows: Row[] = [
  { id: 'heap.bytes_per_request', unit: 'bytes', value: round(report.heapBytesPerRequest) },
  { id: 'heap.mb_per_hour', unit: 'MB', value: round(report.heapMbPerHour, 2) },
  { id: 'rss.mb_per_hour', unit: 'MB', value: round(report.rssMbPerHour, 2) },
  { id: 'rss.last_mb', unit: 'MB', value: round((report.samples.at(-1)?.rssBytes ?? Number.NaN) / 2 ** 20) },
  { id: 'requests', unit: 'requests', value: report.requests },
  { id: 'wrong_answers', unit: 'requests', value: report.wrong.length },
]
const table = drawTable([
  ['after the warm-up', '', ''],
  ...rows.map(({ id, unit, value }) => [id, String(value), unit]),
])
process.stdout.write(`${table}\n`)
for (const one of report.wrong) say(`${one.kind} ${one.path}: expected ${one.expected}, got ${one.answer}`)
if (report.wrong.length > 0) process.exitCode = 1
if (minutes >= 30) {
  const file = writeResults(path.join(benchDir, 'results'), 'soak', { rows, table, detail: { plan, ...report } })
  process.stdout.write(`${path.relative(process.cwd(), file)}\n`)
}
