import { readFileSync } from 'node:fs'
import path from 'node:path'
import { buildSqlite, installPeers } from '../lib/peers.ts'
import { writeResults } from '../lib/results.ts'
import { benchDir, guards } from './guards.ts'
import { Failures, readPlan, type Plan } from './plan.ts'
import { toDetail, toRows, toTable, type Measured } from './report.ts'
import { runRequests } from './run-requests.ts'
import { runStarts } from './run-starts.ts'
import { installedSizes } from './sizes.ts'
import { startSurroundings } from './surroundings.ts'

const say = (line: string) => process.stderr.write(`${line}\n`)
const peers = path.join(benchDir, 'peers')

/** The plan, without what this machine cannot build. */
function prepare(plan: Plan, failures: Failures): Plan {
  try {
    installPeers(peers, say)
  } catch (error) {
    for (const guard of guards.filter(({ id }) => id === 'zen' || id === 'dd')) failures.note(guard, error)
  }
  if (!plan.routes.includes('sqlite')) return plan
  try {
    buildSqlite(peers, say)
    return plan
  } catch (error) {
    say(`No SQLite row: ${(error as Error).message}`)
    return { ...plan, routes: plan.routes.filter((id) => id !== 'sqlite') }
  }
}

async function measureAll(plan: Plan, failures: Failures): Promise<Measured> {
  const around = await startSurroundings()
  try {
    const requests = await runRequests({ around, plan, failures, say })
    if (!plan.whole) return { ...requests, plan, failures, starts: null, sizes: {} }
    say('Starts and memory …')
    const starts = await runStarts(around, plan, failures)
    return { ...requests, plan, failures, starts, sizes: installedSizes() }
  } finally {
    await around.stop()
  }
}

const began = performance.now()
const failures = new Failures(say)
const plan = prepare(readPlan(process.argv.slice(2)), failures)
const measured = await measureAll(plan, failures)
process.stdout.write(`${toTable(measured)}\n\n${Math.round((performance.now() - began) / 1_000)} s\n`)
if (plan.whole) {
  const { dependencies } = JSON.parse(readFileSync(path.join(peers, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  const file = writeResults(path.join(benchDir, 'results'), 'monitor', {
    rows: toRows(measured),
    table: toTable(measured),
    detail: { versions: dependencies, ...toDetail(measured) },
  })
  process.stdout.write(`${path.relative(process.cwd(), file)}\n`)
}
for (const [route, byGuard] of Object.entries(measured.attacks)) {
  if (byGuard.riposte !== false) continue
  say(`Riposte let the attack on ${route} through: its row is left out.`)
  process.exitCode = 1
}
