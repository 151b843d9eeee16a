import path from 'node:path'
import { releaseIsolation } from '@riposte/actions'
import { newChannelMemory, openDeviceChannel, type DeviceChannel } from '@riposte/uplink/device'
import { breakGlass, type BreakGlassAnswer } from './break-glass.ts'
import { linuxFacts } from './host/linux-facts.ts'
import { makeHost } from './host/make-host.ts'
import { Journal } from './journal.ts'
import { lockState } from './lock.ts'
import { readState, stateFiles, type AgentState } from './state-folder.ts'
import { statusOf, type AgentStatus } from './status.ts'
import { agentVersion } from './version.ts'

/** Knows the control plane's time and addresses; never connects. */
const channelOf = ({ config, identity, memory }: AgentState): DeviceChannel =>
  openDeviceChannel({
    identity,
    memory: memory ?? newChannelMemory(identity, config.endpoints),
    save: () => undefined,
    hello: () => ({
      agentVersion,
      runId: identity.deviceId,
      facts: linuxFacts(),
      capabilities: [],
      sequence: 0,
      chain: { sequence: 0, hash: '' },
    }),
  })

/** Without an agent that runs: takes its place for as long as it takes. */
export async function releaseOffline(folder: string, code: string): Promise<BreakGlassAnswer> {
  const state = readState(folder)
  const unlock = lockState(folder)
  try {
    const channel = channelOf(state)
    const journal = new Journal({ file: path.join(folder, stateFiles.journal), now: () => channel.now() })
    const host = makeHost({
      platform: 'linux',
      stateDir: folder,
      evidenceBudget: 0,
      channel,
      upload: () => Promise.reject(new Error('nothing is uploaded here')),
    })
    const answer = await breakGlass(code, {
      identity: state.identity,
      journal,
      host,
      release: (on) => releaseIsolation(on, { blocks: true }),
    })
    journal.close()
    channel.stop()
    return answer
  } finally {
    unlock()
  }
}

/** @throws AgentProblem when an agent runs, which would be asked instead */
export function statusOffline(folder: string): AgentStatus {
  const { config } = readState(folder)
  const unlock = lockState(folder)
  try {
    const journal = new Journal({ file: path.join(folder, stateFiles.journal), now: () => Date.now() })
    const status = statusOf({ ...config, version: agentVersion, journal, host: null, channel: null })
    journal.close()
    return status
  } finally {
    unlock()
  }
}
