import type { ProtectionFacts, ResponseActionSpec } from '@riposte/actions/specs'
import type { Capability, HostFacts } from '@riposte/contract'
import type { ResponseSettings } from './response-policy.ts'

export interface DeviceTarget {
  readonly kind: 'device'
  readonly id: string
  readonly name: string
  readonly state: 'active' | 'held' | 'retired'
  readonly facts: HostFacts | null
  readonly capabilities: readonly Capability[]
}
export interface PersonTarget {
  readonly kind: 'person'
  readonly id: string
  readonly name: string
}
export type Target = DeviceTarget | PersonTarget

/** Why this one is left out, in a code and a sentence. */
export interface Objection {
  readonly code: string
  readonly message: string
  /** Of the parameters, where they are what is wrong. */
  readonly path?: string
}

export interface Question {
  readonly spec: ResponseActionSpec
  readonly parameters: Readonly<Record<string, unknown>>
  readonly settings: ResponseSettings
  readonly controlPlane: readonly string[]
  /** Done by this server: what the agent can do is beside the point. */
  readonly runsHere: boolean
}

/** Whether a target can be acted on at all; null when it can. Being offline is no objection. */
export function objectionTo(target: Target, question: Question): Objection | null {
  const { spec } = question
  if (target.kind === 'person')
    return question.runsHere
      ? null
      : { code: 'unsupported', message: `Nothing on this server can do "${spec.title}" for a person` }
  if (target.state !== 'active')
    return {
      code: 'device.not_active',
      message:
        target.state === 'held'
          ? `${target.name} is held because two hosts showed its identity; release the hold first`
          : `${target.name} is retired`,
    }
  if (!question.runsHere) {
    const capability = target.capabilities.find(({ type }) => type === spec.id)
    // A device that never connected said nothing yet.
    if (capability ? !capability.available : target.capabilities.length > 0)
      return {
        code: 'unsupported',
        message: `${target.name} cannot do "${spec.title}": ${capability?.why ?? 'its agent does not know that action'}`,
      }
  }
  const refusal = spec.refuse?.(question.parameters, protectionFacts(target, question))
  return refusal ? { code: refusal.code, message: refusal.message, path: refusal.path } : null
}

const protectionFacts = ({ facts }: DeviceTarget, { settings, controlPlane }: Question): ProtectionFacts => ({
  addresses: facts?.addresses ?? [],
  gateways: facts?.gateways ?? [],
  resolvers: facts?.resolvers ?? [],
  controlPlane,
  neverBlock: settings.neverBlock,
  agentPid: facts?.agentPid ?? -1,
})
