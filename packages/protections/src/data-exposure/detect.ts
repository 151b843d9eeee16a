import type { Input, OperationOf } from '@riposte/contract'
import type { Finding } from '../define.ts'
import { readSettings, type Exposure, type Settings } from './exposures.ts'
import { formOf } from './form-of.ts'
import { judgeJson } from './judge-json.ts'
import { judgeText } from './judge-text.ts'

/** Of one body so much is looked at. */
export const longestBody = 2_000_000

/** Whether an answer, or the part of it that is about to leave, holds what its reader should not have. */
export function detect(
  operation: OperationOf<'response'>,
  inputs: readonly Input[],
  settings: Settings,
): Finding | null {
  const form = operation.place?.form ?? formOf(operation.contentType, operation.body)
  if (form === 'binary') return null
  const asked = readSettings(settings)
  const unseen = operation.body.length - longestBody
  const whole = unseen <= 0 ? operation : { ...operation, body: operation.body.slice(0, longestBody) }
  const found: Exposure[] = []
  ;(form === 'json' ? judgeJson : judgeText)(whole, asked, inputs, found)
  const [first] = found.sort((one, other) => other.confidence - one.confidence || one.start - other.start)
  if (!first) return null
  return {
    confidence: first.confidence,
    reason:
      reasonOf(first, found, operation.contentType) + (unseen > 0 ? ` ${unseen} characters were not looked at.` : ''),
    input: { source: 'response', path: first.path, value: first.shown },
    inputSpan: null,
    operationSpan: { start: first.start, end: first.end },
  }
}

function reasonOf(first: Exposure, found: readonly Exposure[], contentType: string): string {
  const where = first.path === '' ? ` of type ${typeOf(contentType)}` : ''
  const field = first.path === '' ? '' : ` in the field ${first.path}`
  const others = new Map<string, number>()
  for (const exposure of found)
    if (exposure !== first) others.set(exposure.title, (others.get(exposure.title) ?? 0) + 1)
  const more = [...others].slice(0, 6).map(([title, count]) => (count === 1 ? title : `${title} (${count} times)`))
  return `The response${where} holds ${first.title}${field}${more.length > 0 ? `; further: ${more.join(', ')}` : ''}.`
}

const typeOf = (contentType: string): string => /^\s*([\w.+-]{1,40}\/[\w.+-]{1,60})/.exec(contentType)?.[1] ?? 'unknown'
