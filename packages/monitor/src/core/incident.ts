import { uuidv7, type ActionId, type IncidentReport, type Operation } from '@riposte/contract/wire'
import type { Finding, ProtectionSpec } from '@riposte/protections/catalog'
import { outline } from '@riposte/protections/data-exposure'
import { randomBytes } from 'node:crypto'
import { mask } from '../log/mask.ts'
import type { Decision } from './policy.ts'

const longestText = 8_000
const longestValue = 4_000
const mostFrames = 30

export interface IncidentParts {
  readonly spec: ProtectionSpec
  readonly finding: Finding
  readonly operation: Operation
  readonly decision: Omit<Decision, 'actions' | 'wouldHave'> & { readonly wouldHave: readonly ActionId[] }
  readonly carriedOut: readonly ActionId[]
  readonly request: IncidentReport['request']
  readonly environment: IncidentReport['environment']
  readonly appVersion: string | null
  readonly revision: number | null
  readonly now: number
  readonly stack: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
}

/** One threat as it is reported: cut to what a report may hold, around the part that matters, and masked. */
export function makeIncident(parts: IncidentParts): IncidentReport {
  const { spec, finding, operation, decision } = parts
  const text = cutAround(textOf(operation), finding.operationSpan, longestText)
  const value = cutAround(finding.input.value, finding.inputSpan, longestValue)
  return {
    id: uuidv7(parts.now, randomBytes(10)) as IncidentReport['id'],
    at: new Date(parts.now).toISOString(),
    count: 1,
    protection: spec.id,
    severity: spec.severity,
    confidence: finding.confidence,
    environment: parts.environment,
    appVersion: parts.appVersion,
    reason: finding.reason,
    outcome: {
      actions: [...parts.carriedOut],
      wouldHave: [...decision.wouldHave],
      decidedBy: {
        source: decision.source,
        ruleIds: [...decision.ruleIds],
        revision: decision.source === 'console' ? parts.revision : null,
      },
      shadowRuleIds: [...decision.shadowRuleIds],
    },
    request: parts.request,
    input: {
      source: finding.input.source.slice(0, 64),
      path: finding.input.path.slice(0, 1_000),
      value: mask(value.text, value.span),
      span: value.span,
    },
    operation: {
      kind: operation.kind,
      dialect: 'dialect' in operation ? operation.dialect : null,
      text: mask(text.text, text.span),
      span: text.span,
    },
    stack: parts.stack.slice(0, mostFrames).map((frame) => frame.slice(0, 1_000)),
    metadata: parts.metadata,
  }
}

function textOf(operation: Operation): string {
  switch (operation.kind) {
    case 'sql':
    case 'code':
    case 'template':
    case 'prompt':
      return operation.text
    case 'shell':
      return operation.command
    case 'exec':
      return [operation.file, ...operation.args].join(' ')
    case 'file':
      return operation.path
    case 'request':
      return operation.url
    case 'html':
      return operation.body
    case 'response':
      // Nobody who looks into an incident shall read what should not have left.
      return outline(operation)
    case 'nosql':
      return jsonOf(operation.filter)
    case 'ldap':
      return [operation.filter, operation.dn ?? ''].filter(Boolean).join(' ')
    case 'xml':
      return operation.document
    case 'xpath':
      return operation.expression
    case 'redirect':
      return operation.location
    case 'merge':
      return operation.changed?.join(', ') ?? jsonOf(operation.path ?? operation.value)
  }
}

type Span = { readonly start: number; readonly end: number }

/** At most `most` characters, with the span in them. */
export function cutAround(text: string, span: Span | null, most: number): { text: string; span: Span | null } {
  if (text.length <= most) return { text, span }
  const from = span ? Math.max(0, Math.min(span.start - Math.floor(most / 4), text.length - most)) : 0
  const cut = text.slice(from, from + most)
  return { text: cut, span: span && { start: span.start - from, end: Math.min(span.end - from, most) } }
}

/** What JSON has no word for, such as a function, is left out; a value that cannot be read must not cost the incident. */
function jsonOf(value: unknown): string {
  const seen = new Set<unknown>()
  try {
    const text: unknown = JSON.stringify(value, (_, part: unknown) => {
      if (typeof part === 'bigint') return `${part}n`
      if (typeof part !== 'object' || part === null) return part
      if (seen.has(part)) return '…'
      seen.add(part)
      return part
    })
    return typeof text === 'string' ? text : ''
  } catch {
    return '(cannot be shown)'
  }
}
