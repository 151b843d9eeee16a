import { InspectRequest, type Input, type InspectAnswer } from '@riposte/contract'
import { protections } from './catalog.ts'
import { defaultSettings, watches, type Protection } from './define.ts'
import { plannedProtections } from './planned.ts'
import { describe } from './text/describe.ts'

export interface InspectError {
  readonly id?: string | number
  readonly error: { readonly code: InspectErrorCode; readonly message: string; readonly path: string }
}
export type InspectErrorCode =
  'json.invalid' | 'request.invalid' | 'protection.unknown' | 'protection.not_in_this_version' | 'line.too_long'

/**
 * Judges one operation offline: the same request and answer as a line of `riposte inspect`. Pure and synchronous.
 * With no `protection` named, all that watch the operation's kind judge it, and the surest finding is the answer.
 */
export function inspect(request: unknown): InspectAnswer | InspectError {
  const parsed = InspectRequest.safeParse(request)
  if (!parsed.success) return { ...idOf(request), error: invalid(request, parsed.error.issues[0]) }
  const { id, protection: asked, operation, input } = parsed.data
  const named = asked === undefined ? undefined : byName(asked)
  if (asked !== undefined && !named) return { ...withId(id), error: unknownProtection(asked) }
  const judges: readonly Protection[] = named ? [named] : protections
  const inputs = toInputs(input)
  const findings = judges.flatMap((protection) => {
    const finding = watches(protection, operation)
      ? protection.detect(operation, inputs, defaultSettings(protection.spec.settings))
      : null
    return finding ? [{ protection: protection.spec.id, finding }] : []
  })
  const surest = findings.sort((one, other) => other.finding.confidence - one.finding.confidence)[0]
  if (!surest) return { ...withId(id), flagged: false, protection: named?.spec.id ?? null, reason: null, confidence: 0 }
  return {
    ...withId(id),
    flagged: true,
    protection: surest.protection,
    reason: surest.finding.reason,
    confidence: surest.finding.confidence,
  }
}

type Issue = NonNullable<ReturnType<typeof InspectRequest.safeParse>['error']>['issues'][number]

function invalid(request: unknown, issue: Issue | undefined): InspectError['error'] {
  const path = issue?.path ?? []
  const given = path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    request,
  )
  const allowed = path[0] === 'input' ? inputShapes : (issue?.message ?? 'not a request')
  return { code: 'request.invalid', message: `${allowed}; given ${describe(given)}`, path: formatPath(path) }
}

const inputShapes =
  'Invalid input: expected a text, a list of texts, a list of {source, path, value}, or an object of query, body, headers, cookies, routeParams'

const byName = (name: string): Protection | undefined =>
  protections.find((protection) => protection.spec.id.toLowerCase() === name.toLowerCase())

function unknownProtection(asked: string): InspectError['error'] {
  const planned = Object.keys(plannedProtections).find((id) => id.toLowerCase() === asked.toLowerCase())
  if (planned)
    return { code: 'protection.not_in_this_version', message: `${planned} is not in this version`, path: 'protection' }
  const known = protections.map((protection) => protection.spec.id).join(', ')
  return { code: 'protection.unknown', message: `given ${describe(asked)}; known: ${known}`, path: 'protection' }
}

/** Plain texts get a path of their own; an object of request parts is walked to its leaves, names included. */
function toInputs(input: InspectRequest['input']): Input[] {
  if (typeof input === 'string') return [{ source: 'input', path: 'input', value: input }]
  if (Array.isArray(input)) {
    return input.map((item, index) =>
      typeof item === 'string' ? { source: 'input', path: `input[${index}]`, value: item } : item,
    )
  }
  return Object.entries(input).flatMap(([source, part]) => leaves(source, part))
}

function leaves(source: string, part: unknown): Input[] {
  const found: Input[] = []
  const rest: { path: string; value: unknown }[] = [{ path: source, value: part }]
  for (let next = rest.pop(); next && found.length < 10_000; next = rest.pop()) {
    const { path, value } = next
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      found.push({ source, path, value: String(value) })
    else if (typeof value === 'object' && value !== null) {
      for (const [key, child] of Object.entries(value)) {
        if (!Array.isArray(value)) found.push({ source, path: `${path} (name)`, value: key })
        rest.push({ path: Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, value: child })
      }
    }
  }
  return found
}

const withId = (id: string | number | undefined): { id?: string | number } => (id === undefined ? {} : { id })

export function idOf(request: unknown): { id?: string | number } {
  if (typeof request !== 'object' || request === null || !('id' in request)) return {}
  return typeof request.id === 'string' || typeof request.id === 'number' ? { id: request.id } : {}
}

const formatPath = (path: readonly PropertyKey[]): string =>
  path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('')
