import os from 'node:os'
import { findExecutor, ProgramMissing, type Host } from '@riposte/actions'
import { enrol, readEndpoint } from '@riposte/uplink/device'
import type { FloorKind } from './check-command.ts'
import { findCapabilities } from './capabilities.ts'
import type { AgentEnv } from './env.ts'
import { linuxFacts } from './host/linux-facts.ts'
import { runProgram } from './host/run-program.ts'
import { windowsEnvironment, windowsFacts } from './host/windows-facts.ts'
import { lockState } from './lock.ts'
import {
  AgentProblem,
  isEnrolled,
  makeStateFolder,
  newConfig,
  writeEnrolment,
  type AgentConfig,
} from './state-folder.ts'
import { agentVersion } from './version.ts'

/** Makes the key, gets the certificate, writes both. @throws AgentProblem, EnrolmentRefused */
export async function enrolHost(
  env: AgentEnv,
  wish: {
    readonly url: string | null
    readonly token: string | null
    readonly name: string
    readonly floor: FloorKind[]
  },
): Promise<AgentConfig> {
  if (wish.url === null) throw new AgentProblem('Say where the control plane is: --url https://riposte.example:7476')
  if (wish.token === null)
    throw new AgentProblem('Give the token from the console: --token rie1.…, or RIPOSTE_AGENT_TOKEN')
  if (isEnrolled(env.stateDir))
    throw new AgentProblem(
      `This host is enrolled already (${env.stateDir}). To enrol it anew, retire the device in the console and run uninstall.sh first.`,
    )
  makeStateFolder(env.stateDir)
  const unlock = lockState(env.stateDir)
  try {
    const platform = process.platform === 'win32' ? 'windows' : 'linux'
    const facts = platform === 'windows' ? await windowsFacts(windowsEnvironment(env.programs)) : linuxFacts()
    const enrolled = await enrol({
      endpoint: readEndpoint(wish.url),
      token: wish.token,
      name: wish.name.trim().slice(0, 100) || os.hostname(),
      agentVersion,
      facts,
      capabilities: await findCapabilities(enrollingHost(platform, env.stateDir), (type) =>
        findExecutor(platform, type),
      ),
    })
    const config = newConfig(wish.name, { identity: enrolled.identity, endpoints: [...enrolled.endpoints] }, wish.floor)
    writeEnrolment(env.stateDir, config, enrolled.identity)
    return config
  } finally {
    unlock()
  }
}

/** The machine before it is a device: it has programs, and no control plane. */
const enrollingHost = (platform: 'linux' | 'windows', stateDir: string): Host => ({
  platform,
  stateDir,
  pid: process.pid,
  now: Date.now,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref()),
  run: (file, args, options) => runProgram(file, args, options),
  controlPlane: {
    addresses: () => [],
    roundTrip: () => Promise.resolve(false),
    readSigned: () => {
      throw new Error('Before enrolment no key is trusted')
    },
    upload: () => Promise.reject(new ProgramMissing('upload')),
  },
  policy: () => ({ neverBlock: [], protectedProcesses: [], isolationAllow: [], evidenceBudget: 0 }),
})
