import type { Host } from '@riposte/actions'
import type { ChannelStatus } from '@riposte/uplink/device'
import { isOver } from './journal-records.ts'
import type { Journal } from './journal.ts'

export interface AgentStatus {
  readonly running: boolean
  readonly name: string
  readonly deviceId: string
  readonly version: string
  readonly channel: ChannelStatus | null
  readonly addresses: readonly { readonly address: string; readonly port: number }[]
  readonly containments: readonly {
    readonly actionId: string
    readonly type: string
    readonly state: string
    readonly since: string
  }[]
  readonly open: readonly { readonly actionId: string; readonly type: string; readonly state: string }[]
  readonly unsentReports: number
  readonly highestSequence: number
  readonly memoryMb: number | null
}

export function statusOf(parts: {
  readonly name: string
  readonly deviceId: string
  readonly version: string
  readonly journal: Journal
  readonly host: Host | null
  readonly channel: ChannelStatus | null
}): AgentStatus {
  const { journal, host } = parts
  const actions = [...journal.state.actions.values()]
  return {
    running: parts.channel !== null,
    name: parts.name,
    deviceId: parts.deviceId,
    version: parts.version,
    channel: parts.channel,
    addresses: host?.controlPlane.addresses() ?? [],
    containments: actions.flatMap(({ command, hold, heldSince }) =>
      hold === null || hold === 'ended'
        ? []
        : [
            {
              actionId: command.actionId,
              type: command.type,
              state: hold,
              since: new Date(heldSince ?? 0).toISOString(),
            },
          ],
    ),
    open: actions
      .filter((action) => !isOver(action) && action.state !== 'applied')
      .map(({ command, state }) => ({ actionId: command.actionId, type: command.type, state })),
    unsentReports: journal.state.waiting.size,
    highestSequence: journal.state.highest,
    memoryMb: parts.channel === null ? null : Math.round(process.memoryUsage.rss() / 1_048_576),
  }
}

/** For people, a line each. */
export function printStatus(status: AgentStatus): string {
  const { channel } = status
  const contact = channel?.lastContactAt ? new Date(channel.lastContactAt).toISOString() : 'never since the start'
  const lines = [
    `${status.name} (${status.deviceId}), agent ${status.version}`,
    channel === null
      ? 'The agent does not run. Containments hold without it; nothing new is carried out.'
      : channel.connected
        ? `Connected to ${channel.address?.address ?? '?'}:${channel.address?.port ?? '?'} by ${channel.by === 'websocket' ? 'WebSocket' : 'long polls'}`
        : `Not connected${channel.lastProblem ? `: ${channel.lastProblem}` : ''}`,
    ...(channel === null ? [] : [`Last contact: ${contact}`]),
    ...(channel?.unwanted ? [`Held by the control plane: ${channel.unwanted.detail} (${channel.unwanted.code})`] : []),
    ...(channel?.clockSkewMs != null && Math.abs(channel.clockSkewMs) > 5_000
      ? [
          `The clock of this host is ${Math.abs(channel.clockSkewMs) / 1_000} s ${channel.clockSkewMs > 0 ? 'ahead' : 'behind'}`,
        ]
      : []),
    status.containments.length === 0 ? 'Nothing is contained.' : 'Contained:',
    ...status.containments.map(({ type, state, since, actionId }) => `  ${type} ${state} since ${since} (${actionId})`),
    ...(status.open.length === 0 ? [] : ['Under way:']),
    ...status.open.map(({ type, state, actionId }) => `  ${type} ${state} (${actionId})`),
    `Reports that wait to be sent: ${status.unsentReports}`,
  ]
  return `${lines.join('\n')}\n`
}
