import { readEndpoint } from '@riposte/uplink/device'
import { createUplink, type Uplink } from '@riposte/uplink'
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { enrolSimulated, startSimulated, type SimulatedAgent } from './simulated-agent.ts'

export interface SimulateSettings {
  readonly agents: number
  readonly instances: number
  /** Of the console's listener, such as `http://127.0.0.1:7474`. */
  readonly url: string
  /** Of the agents' listener; by default what the control plane names. */
  readonly agentUrl: string | null
  /** An API token that may add devices. */
  readonly apiToken: string
  /** For instances. */
  readonly projectToken: string | null
  readonly seconds: number | null
}

export interface Simulation {
  readonly agents: readonly SimulatedAgent[]
  readonly instances: readonly Uplink[]
  counts(): { connected: number; taken: number; instances: number }
  stop(): Promise<void>
}

/** Enrolments that run at once: each is a TLS handshake and a signature on the server. */
const atOnce = 32

/** Enrols and connects that many agents, and that many SDK instances, from this process. They stay until `stop`. */
export async function startSimulation(settings: SimulateSettings, say: (line: string) => void): Promise<Simulation> {
  const agents: SimulatedAgent[] = []
  const instances: Uplink[] = []
  let next = 0
  let told = 0
  const work = async (): Promise<void> => {
    while (next < settings.agents) {
      const index = next
      next += 1
      const { token, agentUrl } = await askForToken(settings)
      const enrolled = await enrolSimulated(index, token, readEndpoint(agentUrl))
      agents.push(startSimulated(index, enrolled))
      if (agents.length - told >= 500) {
        told = agents.length
        say(`${agents.length} of ${settings.agents} agents are enrolled`)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, settings.agents) }, work))
  for (let index = 0; index < settings.instances; index += 1) instances.push(startInstance(settings, index))

  const counts = () => ({
    connected: agents.filter((agent) => agent.channel.status().connected).length,
    taken: agents.reduce((sum, agent) => sum + agent.taken(), 0),
    instances: instances.filter((instance) => instance.status().mode === 'connected').length,
  })
  const until = Date.now() + 60_000
  while (counts().connected < settings.agents || counts().instances < settings.instances) {
    if (Date.now() > until) break
    await delay(100)
  }
  return {
    agents,
    instances,
    counts,
    stop: async () => {
      for (const agent of agents) agent.stop()
      await Promise.all(instances.map((instance) => instance.stop(2_000)))
    },
  }
}

/** The command: starts them, tells how they are every ten seconds, and ends on a signal or after the given time. */
export async function runSimulate(settings: SimulateSettings, say: (line: string) => void): Promise<number> {
  const simulation = await startSimulation(settings, say)
  const tell = (): void => {
    const { connected, taken, instances } = simulation.counts()
    say(
      `${connected} of ${settings.agents} agents connected, ${taken} commands taken; ${instances} of ${settings.instances} instances connected`,
    )
  }
  tell()
  const telling = setInterval(tell, 10_000)
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
    if (settings.seconds !== null) setTimeout(resolve, settings.seconds * 1_000)
  })
  clearInterval(telling)
  tell()
  await simulation.stop()
  return 0
}

/** A one-time token, and where to take it: the server's own command line for a host names its listener. */
async function askForToken(settings: SimulateSettings): Promise<{ token: string; agentUrl: string }> {
  const response = await fetch(new URL('/api/v1/enrolment-tokens', settings.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${settings.apiToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ note: 'simulated', groups: ['simulated'], hours: 1 }),
  })
  const answer = (await response.json()) as { token?: string; command?: string; detail?: string; title?: string }
  if (answer.token === undefined)
    throw new Error(`The control plane gave no enrolment token: ${answer.detail ?? answer.title ?? response.status}`)
  const named = /--url (?:'([^']+)'|(\S+))/.exec(answer.command ?? '')
  return { token: answer.token, agentUrl: settings.agentUrl ?? named?.[1] ?? named?.[2] ?? settings.url }
}

function startInstance(settings: SimulateSettings, index: number): Uplink {
  if (settings.projectToken === null)
    throw new Error('Instances need a project token: --project-token, or RIPOSTE_PROJECT_TOKEN.')
  const instanceId = randomUUID()
  const uplink = createUplink({
    controlPlane: { url: settings.url, projectToken: settings.projectToken },
    dataDir: null,
    instanceId,
    describe: () => ({
      instanceId: instanceId as never,
      startedAt: new Date().toISOString(),
      app: { name: `simulated-${index}`, version: null },
      environment: 'development',
      sdkVersion: 'simulated',
      nodeVersion: process.version,
      hostname: `sim-${index}`,
      pid: process.pid,
      hooks: [],
      warnings: [],
      counters: {},
    }),
    apply: () => undefined,
    log: () => undefined,
  })
  uplink.start()
  return uplink
}
