import path from 'node:path'
import {
  findExecutor,
  readLive,
  releaseIsolation,
  restoreContainments,
  updatePinned,
  type ControlPlane,
} from '@riposte/actions'
import { newChannelMemory, uploadFile, type DeviceChannel } from '@riposte/uplink/device'
import { startAgent, type RunningAgent } from './agent.ts'
import { breakGlass } from './break-glass.ts'
import { findCapabilities } from './capabilities.ts'
import { listenForControl } from './control-socket.ts'
import type { AgentEnv } from './env.ts'
import { linuxFacts } from './host/linux-facts.ts'
import { makeHost } from './host/make-host.ts'
import { windowsEnvironment, windowsFacts } from './host/windows-facts.ts'
import { lockState } from './lock.ts'
import { readState, stateFiles, writeMemory } from './state-folder.ts'
import { statusOf } from './status.ts'
import { agentVersion } from './version.ts'

/** Archives go beside the channel, over the same certificate. */
const uploadOver =
  (channel: DeviceChannel): ControlPlane['upload'] =>
  (file, signal) =>
    uploadFile(file, {
      signal,
      request: async (method, url, { headers, body, signal: ends }) => {
        const answer = await channel.http.ask(method, url, {
          headers,
          signal: ends,
          timeoutMs: 120_000,
          ...(body === null ? {} : { body }),
        })
        return { status: answer.status, json: readJson(answer.body) }
      },
    })

const readJson = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    return null
  }
}

/** The product's own agent on this machine. @returns what stops it @throws AgentProblem */
export async function runAgent(env: AgentEnv, log: (line: string) => void): Promise<RunningAgent> {
  const folder = env.stateDir
  const { config, identity, memory } = readState(folder)
  const unlock = lockState(folder)
  try {
    const platform = process.platform === 'win32' ? 'windows' : 'linux'
    const environment = platform === 'windows' ? windowsEnvironment(env.programs) : undefined
    const onWindows = environment === undefined ? null : await windowsFacts(environment)
    const agent = await startAgent({
      identity,
      memory: memory ?? newChannelMemory(identity, config.endpoints),
      saveMemory: (next) => writeMemory(folder, next),
      onAddresses: (host) => updatePinned(host),
      journalFile: path.join(folder, stateFiles.journal),
      version: agentVersion,
      floor: config.destructiveWithoutApproval,
      facts: () => onWindows ?? linuxFacts(),
      makeHost: (channel) =>
        makeHost({
          platform,
          stateDir: folder,
          evidenceBudget: config.evidenceBudgetMb * 1_048_576,
          channel,
          upload: uploadOver(channel),
          ...(environment === undefined ? {} : { environment }),
        }),
      executorOf: (type) => findExecutor(platform, type),
      capabilities: (host) => findCapabilities(host, (type) => findExecutor(platform, type)),
      liveQuery: readLive,
      restore: async (host) => {
        await restoreContainments(host)
      },
      log,
    })
    const unlisten = listenForControl(
      folder,
      (question) =>
        question.ask === 'status'
          ? Promise.resolve(statusOf({ ...config, ...agent, version: agentVersion, channel: agent.channel.status() }))
          : breakGlass(question.code, {
              identity,
              ...agent,
              release: (host) => releaseIsolation(host, { blocks: true }),
            }),
      log,
    )
    return {
      ...agent,
      stop: () => {
        unlisten()
        agent.stop()
        unlock()
      },
    }
  } catch (error) {
    unlock()
    throw error
  }
}
