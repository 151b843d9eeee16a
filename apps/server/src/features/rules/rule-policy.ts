import {
  actions,
  ruleActionChoices,
  type ActionId,
  type FieldError,
  type ProjectType,
  type RuleDraft,
} from '@riposte/contract'
import { plannedProtections, protectionSpecs } from '@riposte/protections/specs'
import { Refusal } from '../../platform/http/refusal.ts'

/** @throws Refusal that names each protection or action which this project's rules cannot have, and why */
export function checkDraft(draft: RuleDraft, projectType: ProjectType): void {
  const wrongProtections = protectionErrors(draft)
  if (wrongProtections.length > 0)
    throw new Refusal('rule.protection_unknown', wrongProtections[0]?.message, { errors: wrongProtections })
  const choices = ruleActionChoices(projectType)
  const allowed = choices.filter((choice) => choice.allowed).map((choice) => choice.action)
  const wrongActions = draft.then.actions.flatMap((action, index): FieldError[] => {
    if (allowed.includes(action)) return []
    const choice = choices.find((choice) => choice.action === action)
    const message =
      choice && !choice.allowed ? choice.why : `Console rules have no action "${action}"; use it in file or code.`
    return [{ path: `rule.then.actions[${index}]`, message, given: action, allowed: allowed.join(', ') }]
  })
  if (wrongActions.length > 0)
    throw new Refusal('rule.action_not_allowed', wrongActions[0]?.message, { errors: wrongActions })
}

function protectionErrors(draft: RuleDraft): FieldError[] {
  if (draft.if.protections === 'any') return []
  const known = protectionSpecs.map((spec) => spec.id)
  return draft.if.protections.flatMap((id, index): FieldError[] => {
    if (known.includes(id)) return []
    const message = Object.hasOwn(plannedProtections, id)
      ? `${id} is not in this version.`
      : `There is no protection "${id}".`
    return [{ path: `rule.if.protections[${index}]`, message, given: id, allowed: `any, ${known.join(', ')}` }]
  })
}

/** The rule as a person would say it. */
export function ruleSentence(draft: RuleDraft): string {
  const { protections, severityAtLeast, confidenceAtLeast, environments, route, methods } = draft.if
  const who = protections === 'any' ? 'any protection' : protections.map(titleOf).join(' or ')
  const conditions = [
    severityAtLeast && `at least ${severityAtLeast}`,
    confidenceAtLeast !== undefined && `at least ${Math.round(confidenceAtLeast * 100)} % sure`,
    methods && methods.join(' or '),
    route && `on ${route}`,
    environments && `in ${environments.join(' or ')}`,
  ].filter((part) => typeof part === 'string')
  const then = draft.then.actions.map((id) => actionWord(id)).join(', ')
  return `IF ${[who, ...conditions].join(' ')} THEN ${then}${draft.mode === 'shadow' ? ' (shadow: only counted)' : ''}`
}

const titleOf = (id: string): string =>
  protectionSpecs.find((spec) => spec.id === id)?.title ?? (plannedProtections as Record<string, string>)[id] ?? id

const actionWord = (id: ActionId): string => actions.find((action) => action.id === id)?.title.toLowerCase() ?? id
