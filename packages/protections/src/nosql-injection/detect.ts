import type { Input, OperationOf } from '@riposte/contract'
import type { Finding, SettingsOf } from '../define.ts'
import { findCode } from '../javascript/find-code.ts'
import { clientOperators, nameMark, type ClientOperators } from './client-operators.ts'
import { fieldOf, ownFieldOf, type ClientNode } from './client-node.ts'
import { matches, type Budget, type Match } from './matches.ts'
import { readFilter, type FilterFacts, type Site } from './read-filter.ts'
import type { spec } from './spec.ts'

const workBudget = 200_000

/**
 * Looks for operators that the client wrote: the same name in the filter and in the request, with the same under it. An operator that
 * the app wrote itself has other values under it, or stands at a field that the client sent as a plain value.
 */
export function detect(
  operation: OperationOf<'nosql'>,
  inputs: readonly Input[],
  settings: SettingsOf<typeof spec.settings>,
): Finding | null {
  const facts = readFilter(operation.filter)
  return (
    (facts.sites.length > 0 ? findOperator(facts, clientOperators(inputs), settings.allowedOperators) : null) ??
    findScript(facts, inputs) ??
    findChosenName(facts, inputs, settings.allowedOperators) ??
    findReference(facts, inputs)
  )
}

/** Names under which databases keep references and typed values; or that change nothing. */
const harmless = new Set(
  (
    '$ref $id $db $oid $date $numberLong $numberInt $numberDouble $numberDecimal $binary $uuid $timestamp $symbol $undefined $dbPointer ' +
    '$schema $defs $comment $hint $literal $meta'
  ).split(' '),
)

function findOperator(facts: FilterFacts, client: ClientOperators, allowed: readonly string[]): Finding | null {
  if (client.size === 0) return null
  const budget: Budget = { left: workBudget }
  for (const site of facts.sites) {
    if (harmless.has(site.key) || allowed.includes(site.key)) continue
    for (const node of nodesFor(site, client)) {
      const match = matches(site.value, node, budget)
      if (match !== null && isTheClients(site, node, match, facts)) return toFinding(site, node, match)
    }
  }
  return null
}

/** A pattern may have been written as `$regularExpression` and read by the driver's own parser. */
function* nodesFor(site: Site, client: ClientOperators): Generator<ClientNode> {
  yield* client.get(site.key) ?? []
  if (site.key !== '$regex') return
  for (const node of client.get('$regularExpression') ?? []) {
    const pattern = node.children.get('pattern')
    if (pattern) yield pattern
  }
}

function isTheClients(site: Site, node: ClientNode, match: Match, facts: FilterFacts): boolean {
  if (match === 'values') return true
  if (node.text !== null) {
    // A text that is stored or compared as it came was not parsed; of one that was, the names came with it.
    if (facts.texts.has(node.text)) return false
    const own = ownFieldOf(node)?.toLowerCase() ?? null
    if (own !== null) return own === lastPart(site.field)
  }
  const sent = fieldOf(node)?.toLowerCase() ?? null
  if (sent === null || sent === lastPart(site.field)) return true
  // What was sent for a field that is there stands there, as whatever the app made of it.
  return !facts.fields.has(sent)
}

const lastPart = (field: string | null): string | null =>
  field === null ? null : field.slice(field.lastIndexOf('.') + 1).toLowerCase()

/** JavaScript for the database: what of it came from the client, whole or in part. */
function findScript({ codes }: FilterFacts, inputs: readonly Input[]): Finding | null {
  for (const code of codes) {
    const whole = code.trim()
    const all = whole === '' ? undefined : inputs.find(({ value }) => value.trim() === whole)
    if (all)
      return { ...scriptFinding, input: all, inputSpan: { start: 0, end: all.value.length }, operationSpan: null }
    const found = findCode(code, inputs)
    if (found) return { ...found, operationSpan: null }
  }
  return null
}

const scriptFinding = { confidence: 0.97, reason: 'A value from the request is the script that the database runs.' }

/** Operators that stand where a field is meant. */
const fieldPlaces = new Set(['$where', '$expr', '$or', '$and', '$nor', '$jsonSchema', '$text'])

/** `{[field]: value}`: the client named an operator where a field was meant, and sent what it works on. */
function findChosenName(
  { sites, texts }: FilterFacts,
  inputs: readonly Input[],
  allowed: readonly string[],
): Finding | null {
  for (const { key, value } of sites) {
    if (!fieldPlaces.has(key) || allowed.includes(key) || texts.has(key) || !isScalar(value)) continue
    const name = inputs.find((input) => input.value === key && !input.path.endsWith(nameMark))
    if (name && inputs.some((input) => input !== name && input.value === String(value))) {
      return {
        confidence: 0.9,
        reason: `The client chose ${key} where the query was meant to get the name of a field.`,
        input: name,
        inputSpan: { start: 0, end: key.length },
        operationSpan: null,
      }
    }
  }
  return null
}

const isScalar = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

/** `{$eq: ['$token', '$token']}`: among the operands of an expression a text such as `$token` is what the field holds. */
function findReference({ references, texts }: FilterFacts, inputs: readonly Input[]): Finding | null {
  if (references.length === 0) return null
  const named = new Set(references)
  const input = inputs.find(({ value }) => named.has(value) && !texts.has(value))
  if (!input) return null
  return {
    confidence: 0.85,
    reason: 'A value from the request names a field in an expression that was meant to get a text.',
    input,
    inputSpan: { start: 0, end: input.value.length },
    operationSpan: null,
  }
}

function toFinding(site: Site, { input }: ClientNode, match: Match): Finding {
  const at = input.value.indexOf(site.key)
  return {
    confidence: (match === 'values' ? 0.98 : 0.93) - (site.idle ? 0.2 : 0),
    reason: `The client sent the operator ${site.key} where the query was meant to get a value.`,
    input,
    inputSpan: at === -1 ? null : { start: at, end: at + site.key.length },
    operationSpan: null,
  }
}
