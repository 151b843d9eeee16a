import { fork, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { planLab } from '../../apps/cli/src/start/lab/lab-plan.ts'
import { missingForLab } from '../../apps/cli/src/start/lab/missing-for-lab.ts'
import { makeNetwork, startLab } from '../../apps/cli/src/start/lab/start-lab.ts'
import { drawTable, writeResults, type Row } from '../lib/results.ts'
import { apiToken, startControlPlane, type ControlPlane } from './control-plane.ts'
import type { FleetOrder } from './fleet.ts'
import { cpuPercent, findProcesses, rssMb } from './process-cost.ts'
import { measureQuarantine } from './quarantine.ts'

const say = (line: string): void => void process.stderr.write(`${line}\n`)
const quick = process.argv.includes('--quick')
const agentPort = 27_476
const live = 100
const submissions = quick ? 60 : 300
const bulk = 1_000
const given = process.argv.find((arg) => arg.startsWith('--most='))?.slice('--most='.length)
const most = Number(given ?? (quick ? 2_000 : 10_000))
const idleSeconds = quick ? 20 : 60

const missing = missingForLab()
if (missing !== null) {
  say(`No bench of responses here: ${missing}.`)
  process.exit(2)
}

const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

async function startFleet(plane: ControlPlane, agents: number): Promise<ChildProcess> {
  const child = fork(path.join(import.meta.dirname, 'fleet.ts'), { execArgv: process.execArgv })
  const order: FleetOrder = {
    agents,
    url: plane.url,
    agentUrl: `https://127.0.0.1:${plane.agentPort}`,
    apiToken,
  }
  child.send(order)
  const said = await new Promise<{ connected?: number; error?: string }>((resolve) => child.once('message', resolve))
  if (said.connected !== agents) throw new Error(`Only ${said.connected} of ${agents} agents connected: ${said.error}`)
  return child
}

interface Devices {
  items: { id: string; name: string }[]
  nextCursor: string | null
}

async function listDevices(plane: ControlPlane, filter: string): Promise<Devices['items']> {
  const items: Devices['items'] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Devices = await plane.call('GET', `/api/v1/devices?limit=200&online=true${filter}&cursor=${cursor}`)
    items.push(...page.items)
    cursor = page.nextCursor
  }
  return items
}

async function until<T>(what: string, look: () => Promise<T | null>, seconds: number): Promise<T> {
  const end = Date.now() + seconds * 1_000
  for (;;) {
    const seen = await look()
    if (seen !== null) return seen
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`)
    await delay(50)
  }
}

/** One block after another on real hosts, among a hundred connected agents: from its submission to the host's report. */
async function measureSubmitToApplied(plane: ControlPlane, hosts: Devices['items']): Promise<number[]> {
  const ids: string[] = []
  for (let index = 0; index < submissions; index += 1) {
    const device = hosts[index % hosts.length]
    if (!device) throw new Error('no lab host')
    const { responseIds } = await plane.call<{ responseIds: string[] }>('POST', '/api/v1/responses', {
      type: 'block_ip',
      deviceIds: [device.id],
      parameters: { address: `203.0.${112 + (index >> 8)}.${index & 255}`, durationMinutes: 5 },
      justification: 'bench',
    })
    const [id] = responseIds
    if (id === undefined) throw new Error('nothing was submitted')
    ids.push(id)
    await until(
      `response ${id}`,
      async () => {
        const { rows } = await plane.db.query<{ status: string; detail: string }>(
          'select status, detail from response where id = $1',
          [id],
        )
        if (rows[0]?.status === 'failed') throw new Error(`A block failed: ${rows[0].detail}`)
        return rows[0]?.status === 'completed' ? true : null
      },
      20,
    )
  }
  const { rows } = await plane.db.query<{ ms: number }>(
    'select extract(epoch from finished_at - submitted_at)::float8 * 1000 as ms from response where id = any($1)',
    [ids],
  )
  return rows.map(({ ms }) => ms)
}

async function measureBulk(plane: ControlPlane): Promise<{ persistMs: number; leasedMs: number[] }> {
  const devices = (await listDevices(plane, '&group=simulated')).slice(0, bulk)
  if (devices.length < bulk) throw new Error(`Only ${devices.length} simulated devices are online`)
  const began = performance.now()
  const { responseIds } = await plane.call<{ responseIds: string[] }>('POST', '/api/v1/responses', {
    type: 'block_ip',
    deviceIds: devices.map(({ id }) => id),
    parameters: { address: '198.51.100.7' },
    justification: 'bench',
  })
  const persistMs = performance.now() - began
  const rows = await until(
    'leases of all targets',
    async () => {
      const { rows } = await plane.db.query<{ ms: number }>(
        'select extract(epoch from leased_at - submitted_at)::float8 * 1000 as ms from response where id = any($1) and leased_at is not null',
        [responseIds],
      )
      return rows.length === bulk ? rows : null
    },
    60,
  )
  return { persistMs, leasedMs: rows.map(({ ms }) => ms) }
}

const plan = planLab(agentPort)
makeNetwork(plan)
const plane = await startControlPlane({
  agentPort,
  hosts: ['127.0.0.1', plan.controlPlane],
  devices: plan.hosts.map(({ name }) => name),
})
const fleets: ChildProcess[] = []
const lab = startLab(plan, { dataDir: plane.dataDir, agentPort, tokens: plane.tokens })
try {
  say('Two real agents come up …')
  const hosts = await until(
    'the lab hosts',
    async () => {
      const seen = await listDevices(plane, '&group=lab')
      return seen.length === plan.hosts.length ? seen : null
    },
    60,
  )
  say(`${live - hosts.length} simulated agents beside them …`)
  fleets.push(await startFleet(plane, live - hosts.length))
  // Before the blocks: each of them is verified at +60 s, which is no idling.
  say(`The real agents idle for ${idleSeconds} s …`)
  const agents = findProcesses('riposte-agent.cjs', 'run').filter((pid) => rssMb(pid) > 10)
  const cpu = await cpuPercent(agents, idleSeconds)
  const rss = agents.map(rssMb)
  say(`${submissions} blocks, one after another …`)
  const applied = await measureSubmitToApplied(plane, hosts)
  say(`${bulk} targets at once …`)
  fleets.push(await startFleet(plane, bulk - (live - hosts.length)))
  const warm = await measureBulkTwice(plane)

  say(
    `Leased after p99 ${percentile(warm.leasedMs, 0.99).toFixed(0)} ms, persisted after ${warm.persistMs.toFixed(0)} ms; one at a time p50 ${percentile(applied, 0.5).toFixed(0)}, p99 ${percentile(applied, 0.99).toFixed(0)} ms; idle ${Math.max(...cpu).toFixed(2)} % of a core, ${Math.max(...rss).toFixed(1)} MB`,
  )
  say(`Up to ${most} connected agents, of which 20 a second may enrol …`)
  const before = rssMb(plane.pid)
  fleets.push(await startFleet(plane, most - bulk - hosts.length))
  // Every block of before is verified at +60 s: that is no idling.
  await until(
    'the verifications',
    async () => {
      const { rows } = await plane.db.query<{ n: number }>(
        `select count(*)::int as n from response where verification = 'scheduled'`,
      )
      return rows[0]?.n === 0 ? true : null
    },
    180,
  )
  const connected = (await plane.call<{ online: number }>('GET', '/api/v1/devices?limit=1&online=true')).online
  const serverMb = rssMb(plane.pid)
  const [serverCpu = 0] = await cpuPercent([plane.pid], 20)

  say('Quarantine of 1 GB …')
  const quarantine = measureQuarantine(quick)

  const row = (id: string, unit: string, value: number, digits = 0): Row => ({
    id,
    unit,
    value: Number(value.toFixed(digits)),
  })
  const rows = [
    row('submit_to_applied.p50_ms', 'ms', percentile(applied, 0.5)),
    row('submit_to_applied.p99_ms', 'ms', percentile(applied, 0.99)),
    row('bulk1000.persist_ms', 'ms', warm.persistMs),
    row('bulk1000.leased_p99_ms', 'ms', percentile(warm.leasedMs, 0.99)),
    row('agent.idle_rss_mb', 'MB', Math.max(...rss), 1),
    row('agent.idle_cpu_pct', '% of a core', Math.max(...cpu), 2),
    row('agents.connected', 'agents', connected),
    row('agents.server_rss_mb', 'MB', serverMb),
    row('agents.server_idle_cpu_pct', '% of a core', serverCpu, 1),
    row('quarantine_1gb.ratio', 'x cp + sha256sum', quarantine.ratio, 2),
    row('quarantine_1gb.peak_rss_mb', 'MB', quarantine.peakRssMb),
  ]
  const table = drawTable([['row', 'value', 'unit'], ...rows.map(({ id, value, unit }) => [id, String(value), unit])])
  process.stdout.write(`${table}\n`)
  const detail = {
    short: quick,
    realAgents: hosts.length,
    simulatedBeside: live - hosts.length,
    submissions,
    serverRssMbWith1000: Math.round(before),
    quarantine,
  }
  writeResults(path.join(import.meta.dirname, '../results'), 'response', { rows, table, detail })
} finally {
  for (const fleet of fleets) fleet.kill('SIGKILL')
  await lab.stop()
  await plane.stop()
}

/** The second run: the first one warms prepared statements and the code of both sides. */
async function measureBulkTwice(on: ControlPlane): Promise<{ persistMs: number; leasedMs: number[] }> {
  await measureBulk(on)
  await on.db.query(`update response set subject = subject || ':' || id where type = 'block_ip'`)
  return measureBulk(on)
}
