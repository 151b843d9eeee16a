import { responseActions, type ResponseActionSpec } from '@riposte/actions/specs'
import { isIP } from 'node:net'

/** What an organisation decided about its responses. */
export interface ResponseSettings {
  /** By type; a type that is not here follows its spec. */
  readonly approvers: Readonly<Record<string, number>>
  readonly approvalHours: number
  readonly neverBlock: readonly string[]
  readonly protectedProcesses: readonly string[]
  readonly isolationAllow: readonly string[]
}

export const standardSettings: ResponseSettings = {
  approvers: {},
  approvalHours: 24,
  neverBlock: [],
  protectedProcesses: [],
  isolationAllow: [],
}

type Kind = Pick<ResponseActionSpec, 'id' | 'destructive' | 'release'>

/** What holds when nobody decided: a second person for what destroys. A script that says nothing of itself counts as such. */
export const standardApprovers = (spec: Kind, destructiveScript = true): number =>
  spec.destructive === true || (spec.destructive === 'by_script' && destructiveScript) ? 1 : 0

/** People other than who asks that must consent. A number set for scripts holds for every script. */
export const approversFor = (spec: Kind, settings: ResponseSettings, destructiveScript?: boolean): number =>
  settings.approvers[spec.id] ?? standardApprovers(spec, destructiveScript)

export const requirementsOf = (settings: ResponseSettings) =>
  (responseActions as readonly unknown[] as readonly ResponseActionSpec[]).map((spec) => ({
    type: spec.id,
    title: spec.title,
    destructive: spec.destructive !== false,
    release: spec.release,
    approvers: approversFor(spec, settings),
    standard: standardApprovers(spec),
  }))

/** An address, or a network in CIDR notation. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

/** When it may not begin any more: as asked, but never later than the type allows. */
export const notAfterOf = (spec: Pick<ResponseActionSpec, 'ttlMinutes'>, now: Date, asked?: number): Date =>
  new Date(now.getTime() + Math.min(asked ?? spec.ttlMinutes, spec.ttlMinutes) * 60_000)

/** When waiting for consent ends: what may not begin any more need not be consented to. */
export const approvalEnds = (settings: ResponseSettings, now: Date, notAfter: Date): Date =>
  new Date(Math.min(now.getTime() + settings.approvalHours * 3_600_000, notAfter.getTime()))
