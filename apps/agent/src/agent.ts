import { createHash, randomUUID } from 'node:crypto'
import type { Executor, Host } from '@riposte/actions'
import type { AgentReport, Capability, Envelope, HostFacts, LiveQuery } from '@riposte/contract'
import {
  batchReports,
  openDeviceChannel,
  type ChannelMemory,
  type ChannelTimings,
  type DeviceChannel,
  type DeviceIdentity,
} from '@riposte/uplink/device'
import { ActionRunner } from './action-runner.ts'
import { checkCommand, type CheckedCommand, type FloorKind } from './check-command.ts'
import { ContainmentWatch } from './containment-watch.ts'
import { isOver } from './journal-records.ts'
import { Journal, type JournalOptions } from './journal.ts'
import { Lanes } from './lanes.ts'

export interface AgentParts {
  readonly identity: DeviceIdentity
  readonly memory: ChannelMemory
  readonly saveMemory: (memory: ChannelMemory) => void
  readonly journalFile: string
  /** The control plane is reached at other addresses than before: isolation must let them through. */
  readonly onAddresses: (host: Host) => Promise<unknown>
  readonly version: string
  readonly floor: readonly FloorKind[]
  readonly makeHost: (channel: DeviceChannel) => Host
  readonly facts: () => HostFacts
  readonly capabilities: (host: Host) => Promise<readonly Capability[]>
  readonly executorOf: (type: string) => Executor<unknown> | undefined
  readonly liveQuery: (host: Host, query: LiveQuery) => Promise<readonly Record<string, unknown>[]>
  /** Containments that hold are put back before anything else: the network may have come up without them. */
  readonly restore: (host: Host) => Promise<void>
  readonly log: (line: string) => void
  readonly timings?: Partial<ChannelTimings>
  readonly watchEveryMs?: number
  readonly openJournal?: JournalOptions['open']
}

export interface RunningAgent {
  readonly channel: DeviceChannel
  readonly journal: Journal
  readonly host: Host
  readonly watch: ContainmentWatch
  stop(): void
}

const hourMs = 3_600_000
const mostRefusals = 1_000
const mostRows = 5_000

/** The agent: takes commands, checks them, carries them out, tells of it; watches what holds. */
export async function startAgent(parts: AgentParts): Promise<RunningAgent> {
  const runId = randomUUID()
  const lanes = new Lanes()
  let capabilities: readonly Capability[] = []
  let facts = parts.facts()
  /** Envelopes that were not believed; said once each. */
  const refused = new Set<string>()
  let sending = false
  let { known } = parts.memory

  const channel = openDeviceChannel({
    identity: parts.identity,
    memory: parts.memory,
    save: (memory) => {
      const moved = JSON.stringify(memory.known) !== JSON.stringify(known)
      known = memory.known
      guarded('what the channel knows', () => parts.saveMemory(memory))
      if (moved) parts.onAddresses(host).catch((error: unknown) => parts.log(`addresses: ${String(error)}`))
    },
    ...(parts.timings === undefined ? {} : { timings: parts.timings }),
    hello: () => {
      facts = parts.facts()
      return {
        agentVersion: parts.version,
        runId,
        facts,
        capabilities: [...capabilities],
        sequence: journal.state.highest,
        chain: { ...journal.state.head },
      }
    },
    onReady: () => sendReports(),
    onCommands: (commands) => commands.forEach(take),
    onStored: (ids) => guarded('stored reports', () => journal.stored(ids)),
    onQuery: (queryId, query) => void answer(queryId, query),
    onProblem: (problem) => parts.log(`channel: ${problem}`),
  })
  const host = parts.makeHost(channel)
  const journal = new Journal({
    file: parts.journalFile,
    now: () => channel.now(),
    onReport: (report) => sendSoon(report),
    ...(parts.openJournal === undefined ? {} : { open: parts.openJournal }),
  })
  const shared = { journal, lanes, host, executorOf: parts.executorOf, log: parts.log }
  const runner = new ActionRunner({ ...shared, onEnd: () => watch.wake() })
  const watch = new ContainmentWatch({ ...shared, runner, everyMs: parts.watchEveryMs ?? 5_000 })

  function sendReports(): void {
    for (const reports of batchReports(journal.state.waiting.values())) channel.send({ kind: 'reports', reports })
  }

  /** What is told in one go goes in one message. */
  let fresh: AgentReport[] = []
  function sendSoon(report: AgentReport): void {
    fresh.push(report)
    if (sending) return
    sending = true
    setImmediate(() => {
      sending = false
      const reports = fresh
      fresh = []
      // Unsent, it waits in the journal for the next connection.
      for (const batch of batchReports(reports)) channel.send({ kind: 'reports', reports: batch })
    })
  }

  function guarded(what: string, work: () => void): void {
    try {
      work()
    } catch (error) {
      parts.log(`${what}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  function take(envelope: Envelope): void {
    const checked = checkCommand(envelope, {
      deviceId: parts.identity.deviceId,
      keys: channel.keys(),
      now: channel.now(),
      highestSequence: journal.state.highest,
      isKnown: (commandId) => journal.state.seen.has(commandId),
      floor: parts.floor,
      protection: {
        addresses: facts.addresses,
        gateways: facts.gateways,
        resolvers: facts.resolvers,
        controlPlane: channel.addresses().map(({ address }) => address),
        neverBlock: host.policy().neverBlock,
        agentPid: process.pid,
      },
    })
    // Nothing of a command that the disk does not take is done; the control plane sends it again.
    guarded('a command', () => act(checked, envelope))
  }

  function act(checked: CheckedCommand, envelope: Envelope): void {
    switch (checked.is) {
      case 'execute':
        // Another command for the same response would be the same effect twice.
        if (journal.action(checked.command.actionId) !== undefined) {
          journal.seen(checked.command, null)
          return
        }
        journal.intent(checked.command)
        void runner.run(checked.command.actionId)
        return
      case 'verify':
        journal.verify(checked.command)
        void runner.verify(checked.command)
        return
      case 'cancel': {
        cancel(checked.command)
        return
      }
      case 'known': {
        const last = checked.command.kind === 'execute' ? journal.lastReport(checked.command.actionId) : null
        if (last !== null) channel.send({ kind: 'reports', reports: [last] })
        return
      }
      case 'refused': {
        const print = createHash('sha256').update(JSON.stringify(envelope)).digest('base64')
        if (refused.has(print)) return
        if (refused.size >= mostRefusals) refused.clear()
        refused.add(print)
        parts.log(`refused a command: ${checked.detail}`)
        const { reason, detail } = checked
        journal.seen(
          checked,
          checked.actionId === null
            ? { kind: 'notice', code: 'command_refused', detail }
            : { kind: 'failed', reason, detail, evidence: {} },
        )
      }
    }
  }

  function cancel(command: Extract<CheckedCommand, { is: 'cancel' }>['command']): void {
    const { actionId } = command
    const action = journal.action(actionId)
    const outcome = lanes.cancel(actionId)
    if (outcome === 'removed') {
      journal.cancelled(actionId, 'It had not begun.')
      journal.seen(command, null)
      return
    }
    if (outcome === 'asked') {
      journal.seen(command, null)
      return
    }
    if (action === undefined) {
      journal.seen(command, { kind: 'cancelled', detail: 'It had not reached this agent.' })
      return
    }
    journal.seen(command, { kind: 'cancel_refused', detail: `It was too late: the action is ${action.state}.` })
  }

  async function answer(queryId: string, query: LiveQuery): Promise<void> {
    try {
      const rows = await parts.liveQuery(host, query)
      channel.send({ kind: 'answer', queryId, rows: rows.slice(0, mostRows).map((row) => ({ ...row })), error: null })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      channel.send({ kind: 'answer', queryId, rows: [], error: why.slice(0, 500) })
    }
  }

  if (journal.health.damaged > 0)
    guarded('the journal', () =>
      journal.notice('journal_damaged', `${journal.health.damaged} lines in the middle of the journal cannot be read`),
    )
  await parts.restore(host).catch((error: unknown) => parts.log(`containments: ${String(error)}`))
  capabilities = await parts.capabilities(host)
  const hourly = setInterval(() => {
    void parts.capabilities(host).then((now) => (capabilities = now))
  }, hourMs)
  for (const action of journal.state.actions.values())
    if (!isOver(action) && action.state !== 'applied') void runner.resume(action)
  for (const command of journal.state.verifies.values()) void runner.verify(command)
  watch.wake()
  channel.start()
  return {
    channel,
    journal,
    host,
    watch,
    stop: () => {
      clearInterval(hourly)
      watch.stop()
      channel.stop()
      journal.close()
    },
  }
}
