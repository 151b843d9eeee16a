import type { ActionId, ConfigSnapshot, Environment, ProjectType, Rule, RuleIf, Severity } from '@riposte/contract'
import { isRecord } from '../json.ts'

// Mapped over the contract's types: a new name there does not compile until it is known here.
const actionIds: { readonly [Id in ActionId]: true } = {
  log: true,
  block_session: true,
  block_ip: true,
  custom: true,
  block: true,
  erase: true,
  close: true,
  none: true,
}
const severities: { readonly [Name in Severity]: true } = {
  critical: true,
  high: true,
  medium: true,
  low: true,
  info: true,
}
const environments: { readonly [Name in Environment]: true } = { development: true, staging: true, production: true }
const projectTypes: { readonly [Name in ProjectType]: true } = { cloud: true, on_premise: true }
const modes: { readonly [Name in Rule['mode']]: true } = { enforce: true, shadow: true }

type Check = (value: unknown) => boolean
const oneOf =
  (names: object): Check =>
  (value) =>
    typeof value === 'string' && Object.hasOwn(names, value)
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length > 0 && value.every(check)
const isText: Check = (value) => typeof value === 'string'

const conditions: { readonly [Key in keyof Required<RuleIf>]: Check } = {
  protections: (value) => value === 'any' || listOf(isText)(value),
  severityAtLeast: oneOf(severities),
  confidenceAtLeast: (value) => typeof value === 'number' && value >= 0 && value <= 1,
  environments: listOf(oneOf(environments)),
  route: isText,
  methods: listOf(isText),
}

export interface ReadSnapshot {
  readonly snapshot: ConfigSnapshot
  /** Rules left out, each with the reason. */
  readonly skipped: readonly string[]
}

/**
 * Reads a verified payload leniently, since it may come from a newer server: keys that are not known are left alone, a rule that
 * cannot be read is skipped.
 * @returns a sentence when the whole is not a configuration.
 */
export function readSnapshot(value: unknown): ReadSnapshot | string {
  if (!isRecord(value)) return 'the payload is not a JSON object'
  const { projectId, revision, projectType, rules } = value
  if (typeof projectId !== 'string') return 'projectId is missing'
  if (!Number.isSafeInteger(revision) || (revision as number) < 0) return 'revision is not a whole number'
  if (!oneOf(projectTypes)(projectType)) return `projectType ${JSON.stringify(projectType)} is not known`
  if (!Array.isArray(rules)) return 'rules is not a list'

  const skipped: string[] = []
  const readable = (rules as unknown[]).filter((rule, index) => {
    const problem = ruleProblem(rule)
    if (problem === null) return true
    const id = isRecord(rule) && typeof rule['id'] === 'string' ? ` (${rule['id'].slice(0, 64)})` : ''
    skipped.push(`rules[${index}]${id}: ${problem}`)
    return false
  })
  return { snapshot: { ...value, rules: readable } as unknown as ConfigSnapshot, skipped }
}

function ruleProblem(rule: unknown): string | null {
  if (!isRecord(rule)) return 'not an object'
  if (typeof rule['id'] !== 'string') return 'id is missing'
  if (!Number.isSafeInteger(rule['position'])) return 'position is not a whole number'
  if (typeof rule['enabled'] !== 'boolean') return 'enabled is neither true nor false'
  if (!oneOf(modes)(rule['mode'])) return `mode ${shown(rule['mode'])} is not known`
  const expiry = rule['expiresAt'] ?? null
  if (expiry !== null && (typeof expiry !== 'string' || Number.isNaN(Date.parse(expiry))))
    return 'expiresAt is not a time'
  const { then } = rule
  if (!isRecord(then) || !Array.isArray(then['actions']) || then['actions'].length === 0)
    return 'then.actions is missing'
  const unknown = (then['actions'] as unknown[]).find((action) => !oneOf(actionIds)(action))
  if (unknown !== undefined) return `then.actions: ${shown(unknown)} is not known`
  return conditionProblem(rule['if'])
}

/** A condition that is not known cannot hold or fail: leaving it out would make the rule wider than its author meant. */
function conditionProblem(condition: unknown): string | null {
  if (!isRecord(condition)) return 'if is missing'
  if (condition['protections'] === undefined) return 'if.protections is missing'
  for (const [key, value] of Object.entries(condition)) {
    if (!Object.hasOwn(conditions, key)) return `if.${key.slice(0, 64)} is not known`
    if (!conditions[key as keyof RuleIf](value)) return `if.${key} has a value that is not known: ${shown(value)}`
  }
  return null
}

const shown = (value: unknown): string => ((JSON.stringify(value) as string | undefined) ?? 'nothing').slice(0, 100)
