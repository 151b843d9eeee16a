import { Command, commandPayloadType, uuidv7, type AgentReport } from '@riposte/contract'
import { responseActions } from '@riposte/actions/specs'
import {
  chainReport,
  enrol,
  EnrolmentRefused,
  newChannelMemory,
  noHead,
  openDeviceChannel,
  openEnvelope,
  type ChainHead,
  type ChannelMemory,
  type ChannelTimings,
  type DeviceChannel,
  type DeviceIdentity,
  type Endpoint,
} from '@riposte/uplink/device'
import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

/** What a simulated agent must be able to come back with. */
export interface EnrolledAgent {
  readonly identity: DeviceIdentity
  readonly memory: ChannelMemory
}

export interface SimulatedAgent {
  readonly channel: DeviceChannel
  /** Commands that it took. */
  taken(): number
  /** Action ids that it was told to carry out, in order, as often as it was. */
  executed(): readonly string[]
  /** Of its own chain of reports, and how many of them the control plane has not acknowledged. */
  told(): { readonly head: ChainHead; readonly unacknowledged: number }
  stop(): void
}

const version = 'simulated'

const facts = (index: number) => ({
  hostname: `sim-${index}`,
  os: { platform: 'linux' as const, name: 'Simulated', kernel: '0' },
  architecture: 'x64',
  machineId: `simulated-${index}`,
  bootId: `simulated-${index}`,
  addresses: [`198.18.${(index >> 8) & 0xff}.${index & 0xff}`],
  gateways: ['198.19.0.1'],
  resolvers: ['198.19.0.2'],
  agentPid: 1,
  nodeVersion: process.version,
})

const capabilities = responseActions.map(({ id }) => ({ type: id, available: true, why: null }))

/** Enrols over the real protocol: a key of its own, a certificate for it. Waits where the control plane takes no more from one address. */
export async function enrolSimulated(index: number, token: string, endpoint: Endpoint): Promise<EnrolledAgent> {
  const request = {
    endpoint,
    token,
    name: `sim-${String(index).padStart(5, '0')}`,
    agentVersion: version,
    facts: facts(index),
    capabilities,
  }
  for (;;) {
    try {
      const { identity, endpoints } = await enrol(request)
      return { identity, memory: newChannelMemory(identity, endpoints) }
    } catch (error) {
      if (!(error instanceof EnrolmentRefused) || error.code !== 'request.rate_limited') throw error
      await delay(2_000)
    }
  }
}

/**
 * An agent that does everything but the effect: it connects, checks signatures, and tells of each command as if it had been carried
 * out. Its evidence says that it is simulated.
 */
export function startSimulated(
  index: number,
  { identity, memory }: EnrolledAgent,
  timings: Partial<ChannelTimings> = {},
): SimulatedAgent {
  let sequence = 0
  let taken = 0
  let head = noHead
  const executed: string[] = []
  const waiting = new Map<string, AgentReport>()

  const report = (actionId: string, commandId: string, event: AgentReport['event']): AgentReport => {
    const reportId = uuidv7(channel.now(), randomBytes(10))
    const at = new Date(channel.now()).toISOString()
    const chained = chainReport({ reportId, at, actionId, commandId, event }, head)
    head = chained.head
    waiting.set(reportId, chained.report)
    return chained.report
  }
  const answer = (command: Command): AgentReport[] => {
    const { actionId, commandId } = command
    const evidence = { simulated: true }
    switch (command.kind) {
      case 'execute':
        executed.push(actionId)
        return [
          report(actionId, commandId, { kind: 'started' }),
          report(actionId, commandId, { kind: 'completed', evidence }),
        ]
      case 'verify':
        return [
          report(actionId, commandId, {
            kind: 'verified',
            result: 'passed',
            detail: 'Simulated: nothing was looked at.',
            evidence,
          }),
        ]
      case 'cancel':
        return [report(actionId, commandId, { kind: 'cancel_refused', detail: 'It was carried out at once.' })]
    }
  }

  const channel: DeviceChannel = openDeviceChannel({
    identity,
    memory,
    save: () => undefined,
    hello: () => ({
      agentVersion: version,
      runId,
      facts: facts(index),
      capabilities,
      sequence,
      chain: { sequence: head.sequence, hash: head.hash },
    }),
    onReady: () => {
      if (waiting.size > 0) channel.send({ kind: 'reports', reports: [...waiting.values()].slice(0, 200) })
    },
    onCommands: (envelopes) => {
      const reports = envelopes.flatMap((envelope) => {
        const opened = openEnvelope(envelope, channel.keys(), commandPayloadType)
        if (opened.is === 'refused') return []
        const command = Command.parse(opened.payload)
        if (command.sequence <= sequence) return []
        sequence = command.sequence
        taken += 1
        return answer(command)
      })
      if (reports.length > 0) channel.send({ kind: 'reports', reports })
    },
    onStored: (ids) => ids.forEach((id) => waiting.delete(id)),
    onQuery: (queryId) => channel.send({ kind: 'answer', queryId, rows: [], error: null }),
    timings,
  })
  const runId = randomUUID()
  channel.start()
  return {
    channel,
    taken: () => taken,
    executed: () => executed,
    told: () => ({ head, unacknowledged: waiting.size }),
    stop: () => channel.stop(),
  }
}
