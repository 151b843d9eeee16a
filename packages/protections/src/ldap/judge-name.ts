import type { Place, Verdict } from './verdict.ts'
import type { Name, NameToken } from './name.ts'
import { firstWhere } from './first-where.ts'

/**
 * Whether a part that came from outside changed a distinguished name. A whole name, or whole relative names at its beginning or its
 * end, are a client's to choose; a value in which further ones begin is not what the app asked for.
 */
export function judgeName({ text, tokens }: Name, { start, end, form, whole }: Place): Verdict | null {
  if (form.includes('\0')) return endsEarly
  const first = firstWhere(tokens, (token) => token.end > start)
  if (first === tokens.length || text.slice(start, end).trim() === text.trim()) return null
  let last = first
  while (last + 1 < tokens.length && (tokens[last + 1] as NameToken).start < end) last += 1
  const token = tokens[first] as NameToken
  if (first === last) return token.kind === 'value' ? judgeValue(text, token, { start, end, form, whole }) : null
  if (!whole && token.kind !== 'value') return null
  const within = tokens.slice(first, last + 1)
  const goesOn = within.some(
    ({ kind }, index) => (kind === 'separator' || kind === 'plus') && within[index + 1]?.kind === 'attribute',
  )
  const hasPair = within.some(({ kind }) => kind === 'equals')
  if (!goesOn || !hasPair) return null
  const before = tokens[first - 1]?.kind
  const after = tokens[last + 1]?.kind
  const beginsWhole =
    (token.kind === 'attribute' && start <= token.start && before !== 'plus') || token.kind === 'separator'
  const final = tokens[last] as NameToken
  const endsWhole =
    (final.kind === 'value' && end >= final.end && after !== 'plus') ||
    (final.kind === 'separator' && tokens[last - 1]?.kind === 'value')
  return beginsWhole && endsWhole ? null : addsName
}

function judgeValue(text: string, token: NameToken, { start, end, form }: Place): Verdict | null {
  if (end < token.end && escapesNext(text, start, end) && /[,;+="#\\<> ]/.test(text.charAt(end))) return escapes
  if (start === token.start && form.startsWith('"') && !isClosedBy(text, start, end)) return opensQuote
  return start === token.start && isEncoded(text.slice(start, token.end)) && form.startsWith('#') ? encoded : null
}

/** An odd number of backslashes stands before what the app wrote next. */
function escapesNext(text: string, start: number, end: number): boolean {
  let at = end
  while (at > start && text.charAt(at - 1) === '\\') at -= 1
  return (end - at) % 2 === 1
}

const isClosedBy = (text: string, start: number, end: number): boolean =>
  end - start > 1 && text.charAt(end - 1) === '"' && !escapesNext(text, start, end - 1)

/** `#0402abcd`: a value in the encoding of the protocol, of the length that it names. */
function isEncoded(value: string): boolean {
  const match = /^#(?:04|0c|13|16|1e)([0-9a-f]{2})((?:[0-9a-f]{2})*)$/i.exec(value)
  return match !== null && Number.parseInt(match[1] as string, 16) * 2 === (match[2] as string).length
}

const addsName: Verdict = {
  confidence: 0.95,
  reason: 'A value from the request adds a part to the name of an entry.',
}
const escapes: Verdict = {
  confidence: 0.9,
  reason: 'A value from the request escapes what the app wrote behind it in the name of an entry.',
}
const opensQuote: Verdict = {
  confidence: 0.85,
  reason: 'A value from the request opens a quote in the name of an entry.',
}
const encoded: Verdict = {
  confidence: 0.7,
  reason: 'A value from the request is an encoded one in the name of an entry.',
}
export const endsEarly: Verdict = {
  confidence: 0.9,
  reason: 'A value from the request holds a NUL, at which a directory may stop reading.',
}
