import type { AgentReport, Envelope, LiveQuery } from '@riposte/contract'

/** An agent, by the certificate of its connection. */
export interface DeviceActor {
  readonly kind: 'device'
  readonly deviceId: string
  readonly organisationId: string
  readonly name: string
}

/** What the feature that knows responses gives to the one that holds connections. */
export interface CommandSource {
  /** Signed commands that these devices are due, each device's in the order of its sequence; what was queued is leased by this. */
  take(deviceIds: readonly string[]): Promise<ReadonlyMap<string, readonly Envelope[]>>
  /** Commands that were leased earlier and that the agent has not told of: for a device that has just come back. */
  again(deviceId: string): Promise<readonly Envelope[]>
  /**
   * @param wire the same reports as they came, with what this version does not know: the agent's chain covers that
   * @returns ids of the reports that are stored for good, doubled ones included
   */
  store(device: DeviceActor, reports: readonly AgentReport[], wire?: readonly object[]): Promise<readonly string[]>
}

/** What the feature that holds connections gives to the others. */
export interface LiveDevices {
  /** Whether any server holds its connection, by the database. */
  online(deviceIds: readonly string[]): Promise<ReadonlySet<string>>
  /** @throws Refusal `device.offline` or `device.no_answer` */
  ask(deviceId: string, query: LiveQuery): Promise<{ at: Date; rows: readonly Record<string, unknown>[] }>
}
