import {
  actions as actionList,
  isAtLeast,
  type ActionId,
  type ConfigSource,
  type Rule,
  type Severity,
} from '@riposte/contract/wire'
import { matchesGlob } from './match-glob.ts'

/** What a finding is about, as far as rules may ask. */
export interface Facts {
  readonly protection: string
  readonly severity: Severity
  readonly confidence: number
  readonly environment: string
  readonly method: string | null
  readonly path: string | null
  readonly now: number
}

/** An action as file and code name it: the handler of a custom one is named along. */
export type ActionName = ActionId | `custom:${string}`

/** The handler's name; `custom` alone runs the one registered as `default`. Null for every other action. */
export const customName = (action: ActionName): string | null =>
  action === 'custom' ? 'default' : action.startsWith('custom:') ? action.slice('custom:'.length) : null

/** A rule as every source holds it; those of a file or of code need no id. */
export type PolicyRule = Omit<Rule, 'id' | 'position' | 'then'> & {
  readonly id?: string
  readonly then: { readonly actions: readonly ActionName[] }
}

/** What one source says of one protection. */
export interface ProtectionEntry {
  readonly enabled?: boolean
  readonly actions?: readonly ActionName[]
  readonly config?: Readonly<Record<string, unknown>>
}

/** What one source says: rules first, then its word for each protection, then its preset. */
export interface Layer {
  readonly source: Exclude<ConfigSource, 'default'>
  readonly rules: readonly PolicyRule[]
  readonly protections: ReadonlyMap<string, ProtectionEntry>
  /** The preset's word for every protection. */
  readonly preset: readonly ActionName[] | null
}

export interface Decision {
  readonly actions: readonly ActionName[]
  readonly wouldHave: readonly ActionName[]
  readonly source: ConfigSource
  readonly ruleIds: readonly string[]
  readonly shadowRuleIds: readonly string[]
}

const order: readonly string[] = actionList.map((action) => action.id)
const rank = (name: ActionName): number => order.indexOf(name.split(':', 1)[0] ?? '')
const inOrder = (names: Iterable<ActionName>): ActionName[] =>
  [...new Set(names)].sort((one, other) => rank(one) - rank(other))

/**
 * The answer to one finding. Layers come strongest first (console, file, code); the first that has an answer gives it whole.
 * Within a layer the matching enforcing rules unite; without one the protection's own entry counts, then the preset.
 * Shadow rules never answer: they are only named, with what they would have done.
 */
export function decide(layers: readonly Layer[], facts: Facts, defaultAction: ActionName): Decision {
  const matching = layers.flatMap((layer) =>
    layer.rules.filter((rule) => matches(rule, facts)).map((rule) => ({ layer, rule })),
  )
  const shadow = matching.filter(({ rule }) => rule.mode === 'shadow').map(({ rule }) => rule)
  const answer = firstAnswer(layers, matching, facts) ?? {
    source: 'default' as const,
    actions: [defaultAction],
    ruleIds: [],
  }
  const quiet = answer.actions.every((action) => action === 'none')
  const carriedOut = quiet ? (['none'] as const) : inOrder(answer.actions.filter((action) => action !== 'none'))
  const would = inOrder([...(quiet ? [defaultAction] : []), ...shadow.flatMap((rule) => rule.then.actions)])
  return {
    actions: carriedOut,
    wouldHave: would.filter((action) => !(carriedOut as readonly ActionName[]).includes(action)),
    source: answer.source,
    ruleIds: answer.ruleIds,
    shadowRuleIds: shadow.flatMap((rule) => rule.id ?? []),
  }
}

function firstAnswer(layers: readonly Layer[], matching: readonly { layer: Layer; rule: PolicyRule }[], facts: Facts) {
  for (const layer of layers) {
    const rules = matching
      .filter((match) => match.layer === layer && match.rule.mode === 'enforce')
      .map(({ rule }) => rule)
    if (rules.length > 0) {
      return {
        source: layer.source,
        actions: rules.flatMap((rule) => rule.then.actions),
        ruleIds: rules.flatMap((rule) => rule.id ?? []),
      }
    }
    const own = layer.protections.get(facts.protection)?.actions ?? layer.preset
    if (own) return { source: layer.source, actions: own, ruleIds: [] }
  }
  return null
}

/**
 * Whether a protection is on: the strongest source that says so decides; a console rule that names it turns it on, and of one that is
 * off until asked for any word of a configuration.
 */
export function isOn(
  layers: readonly Layer[],
  { id: protection, offUntilAsked = false }: { readonly id: string; readonly offUntilAsked?: boolean },
): boolean {
  for (const layer of layers) {
    if (
      layer.source === 'console' &&
      layer.rules.some(
        (rule) => rule.enabled && rule.if.protections !== 'any' && rule.if.protections.includes(protection),
      )
    )
      return true
    const enabled = layer.protections.get(protection)?.enabled
    if (enabled !== undefined) return enabled
  }
  return !offUntilAsked || layers.some((layer) => layer.protections.has(protection))
}

export function matches(rule: PolicyRule, facts: Facts): boolean {
  const { protections, severityAtLeast, confidenceAtLeast, environments, route, methods } = rule.if
  if (!rule.enabled) return false
  if (rule.expiresAt !== null && Date.parse(rule.expiresAt) <= facts.now) return false
  if (protections !== 'any' && !protections.includes(facts.protection)) return false
  if (severityAtLeast !== undefined && !isAtLeast(facts.severity, severityAtLeast)) return false
  if (confidenceAtLeast !== undefined && facts.confidence < confidenceAtLeast) return false
  if (environments && !(environments as readonly string[]).includes(facts.environment)) return false
  if (methods && !methods.includes(facts.method ?? '')) return false
  return route === undefined || (facts.path !== null && matchesGlob(route, facts.path))
}

/** A protection's settings: each is taken from the strongest source that has it. */
export function settingsOf(
  layers: readonly Layer[],
  protection: string,
  defaults: Readonly<Record<string, boolean | number | readonly string[]>>,
): Readonly<Record<string, boolean | number | readonly string[]>> {
  const configs = layers.flatMap((layer) => layer.protections.get(protection)?.config ?? [])
  return configs.length === 0 ? defaults : (Object.assign({}, defaults, ...configs.reverse()) as typeof defaults)
}
