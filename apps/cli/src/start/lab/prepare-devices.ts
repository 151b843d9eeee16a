import type { StartSettings } from '../settings.ts'
import { planLab } from './lab-plan.ts'
import { localAgentEnrolled, startLocalAgent } from './local-agent.ts'
import { missingForLab } from './missing-for-lab.ts'
import { makeNetwork, notEnrolled, removeNetwork, startLab } from './start-lab.ts'

export interface StartedDevices {
  readonly pids: Readonly<Record<string, number | null>>
  stop(): Promise<void>
}

export interface PreparedDevices {
  /** What the control plane must be told so that agents reach it, and which enrolment tokens are wanted. */
  readonly serverEnv: Readonly<Record<string, string>>
  /** For the person who started it. */
  readonly words: readonly string[]
  start(tokens: Readonly<Record<string, string>>): StartedDevices
  /** Takes back what was prepared, should it come to no start. */
  discard(): Promise<void>
}

const nothing = (): Promise<void> => Promise.resolve()

const localName = 'this-machine'

/** Two lab hosts where the machine allows, else one agent on the machine itself; nothing when it was switched off. */
export function prepareDevices(settings: StartSettings): PreparedDevices {
  const { agentPort, dataDir } = settings
  const serverEnv = { RIPOSTE_AGENT_PORT: String(agentPort) }
  if (!settings.lab)
    return {
      serverEnv,
      words: ['Devices   none: RIPOSTE_LAB is off'],
      start: () => ({ pids: {}, stop: nothing }),
      discard: nothing,
    }
  const why = missingForLab() ?? networkFailure(settings)
  if (why !== null) {
    return {
      serverEnv: { ...serverEnv, RIPOSTE_SEED_DEVICES: localAgentEnrolled(dataDir) ? '' : localName },
      words: [
        `Devices   ${localName}: an agent without privileges that it was not given; what it cannot do, its page says`,
        `          No lab hosts: ${why}`,
      ],
      start: (tokens) => startLocalAgent({ dataDir, agentPort, name: localName, token: tokens[localName] ?? null }),
      discard: nothing,
    }
  }
  const plan = planLab(agentPort)
  return {
    serverEnv: {
      ...serverEnv,
      RIPOSTE_AGENT_HOST: `127.0.0.1,${plan.controlPlane}`,
      RIPOSTE_SEED_DEVICES: notEnrolled(plan, dataDir).join(','),
    },
    words: [
      `Devices   ${plan.hosts.map(({ name }) => name).join(' and ')}: two lab hosts in namespaces of their own, with real agents`,
      '          Try in the console: Devices -> web-1 -> Processes -> kill kworker-update; block its neighbour',
      `          ${plan.hosts[0].neighbour}; quarantine /srv/www/uploads/shell.php; isolate it. What destroys waits for a`,
      '          second person: Settings -> Members -> Invite, and open the link in a private window.',
    ],
    start: (tokens) => startLab(plan, { dataDir, agentPort, tokens }),
    discard: () => {
      removeNetwork(plan)
      return Promise.resolve()
    },
  }
}

function networkFailure({ agentPort }: StartSettings): string | null {
  try {
    makeNetwork(planLab(agentPort))
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
