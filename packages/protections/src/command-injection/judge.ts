import { role, type Reading } from '../shell/reading.ts'
import { content, likely, nothing, sure, type Place, type Verdict } from './place.ts'

/** Bits of a set of roles. */
const bit = (of: number): number => 1 << of
const data = bit(role.plain) | bit(role.content) | bit(role.escaped)
const commanding =
  bit(role.operator) | bit(role.newline) | bit(role.redirect) | bit(role.comment) | bit(role.substitution)

const unclosed = sure('A value from the request opens or ends a quote of the command, which then never ends.')

/** A letter or a digit, of any script. */
const isKept = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code > 127

/**
 * What a part of the command that came from an input does there, told from the roles of its characters. One word, or anything that
 * stays in the quotes it stands in, does nothing.
 */
export function judge(reading: Reading, place: Place): Verdict {
  const { start, end } = withoutOuterBlanks(reading, place)
  const seen = rolesBetween(reading.roles, start, end)
  if ((seen & ~data) === 0) return content
  const bare = { start, end, form: place.form }
  return holdsLetters(place.form) ? judgeWords(reading, bare, seen) : judgeSigns(reading, bare, seen)
}

/** Blanks and line breaks next to others, or at the very beginning or end of the command, are nothing. */
function withoutOuterBlanks({ text }: Reading, { start, end }: Place): { start: number; end: number } {
  const before = text.slice(Math.max(0, start - mostBlanks), start)
  const after = text.slice(end, end + mostBlanks)
  const trims = {
    before: before.trimEnd() === '' && start < mostBlanks ? /[ \t\n]/ : /[\s;&|(<>]$/.test(before) ? /[ \t]/ : none,
    after: /^[ \t]*(?:\n|$)/.test(after) ? /[ \t\n]/ : /^[\s;&|)<>]/.test(after) ? /[ \t]/ : none,
  }
  let first = start
  let last = end
  while (first < last && trims.before.test(text.charAt(first))) first += 1
  while (last > first && trims.after.test(text.charAt(last - 1))) last -= 1
  return { start: first, end: last }
}

/** Blanks at the edge of a command that are looked through. */
const mostBlanks = 64
const none = /^\b$/

function rolesBetween(roles: Uint8Array, start: number, end: number): number {
  let seen = 0
  for (let at = start; at < end; at += 1) seen |= 1 << (roles[at] as number)
  return seen
}

const holdsLetters = (form: string): boolean => /[A-Za-z0-9\u0080-\uffff]/.test(form)

function judgeWords(reading: Reading, place: Place, seen: number): Verdict {
  const has = (of: number): boolean => (seen & bit(of)) !== 0
  if (has(role.quote)) {
    if (!reading.closed) return unclosed
    const rest = withoutAppsQuote(reading, place)
    if (rest) return judge(reading, rest)
    if ((seen & (commanding | bit(role.space) | bit(role.expansion))) !== 0)
      return goesOn(place, 'A value from the request leaves the quotes that it was put in.')
    return likely('A value from the request brings quotes that the shell takes for its own.', 0.8)
  }
  if (has(role.substitution))
    return sure('A value from the request makes the shell run a command and use what it prints.')
  if (has(role.operator) || has(role.newline)) return goesOn(place, 'A value from the request begins another command.')
  if (has(role.redirect)) return sure('A value from the request redirects what the command reads or writes.')
  if (has(role.comment)) return sure('A value from the request makes a comment of the rest of the command.')
  if (has(role.expansion)) return likely('A value from the request is replaced by a variable of the shell.', 0.9)
  if (has(role.space) && isChance(reading, place)) return nothing
  if (has(role.space))
    return likely('A value from the request became several words of a command where one was meant.', 0.9)
  if (has(role.brace) || has(role.glob) || has(role.tilde))
    return likely('A value from the request is replaced by names of files or by several words.', 0.8)
  return judgeEscape(reading, place)
}

/** One quote in all, at the edge: were it the value's, another would be missing. The letters beside it met it by chance. */
function withoutAppsQuote({ text, roles }: Reading, { start, end, form }: Place): Place | null {
  const part = roles.subarray(start, end)
  const first = part.indexOf(role.quote)
  if (first !== part.lastIndexOf(role.quote) || (first > 0 && first < part.length - 1)) return null
  let from = first === 0 ? start + 1 : start
  let to = first === 0 ? end : end - 1
  while (from < to && /\s/.test(text.charAt(from))) from += 1
  while (to > from && /\s/.test(text.charAt(to - 1))) to -= 1
  return { start: from, end: to, form }
}

/** Of a sign with no word behind it the app may be the author. */
function goesOn({ form }: Place, reason: string): Verdict {
  const sign = form.search(/[;&|<>()`$'"\s]/)
  return holdsLetters(form.slice(sign + 1)) ? sure(reason) : likely(reason)
}

/** Ends within words of the app on both sides, or on one and is short: the same letters met by chance. */
function isChance({ text }: Reading, { start, end, form }: Place): boolean {
  const cutBefore = isKept(text.charCodeAt(start)) && isKept(text.charCodeAt(start - 1))
  const cutAfter = isKept(text.charCodeAt(end - 1)) && isKept(text.charCodeAt(end))
  if (cutBefore && cutAfter) return form.length < 6
  return (cutBefore || cutAfter) && form.length < 4
}

/** `C:\dir` and `\\server\share`: what people of another system type, and what only loses its backslashes. */
const foreignPath = /^(?:[A-Za-z]:|\\\\[\w.$-]+)\\[\w.$\\ -]*$/

function judgeEscape({ text, roles, closed }: Reading, { start, end, form }: Place): Verdict {
  const last = roles[end - 1] === role.escape
  if (last && (!closed || !isKept(text.charCodeAt(end))))
    return sure('A value from the request takes away the meaning of what follows it.')
  if (foreignPath.test(form) && start < end) return nothing
  return likely('A value from the request holds a backslash that the shell takes for its own.', 0.7)
}

/** No letter at all. One sign, as the app's own command may hold too, is believed to be the app's where it makes sense there. */
function judgeSigns(reading: Reading, place: Place, seen: number): Verdict {
  const has = (of: number): boolean => (seen & bit(of)) !== 0
  if (has(role.quote)) {
    if (!reading.closed) return unclosed
    const rest = withoutAppsQuote(reading, place)
    if (rest) return judge(reading, rest)
    return /^(['"])\1?$/.test(place.form) ? nothing : likely('A value from the request brings quotes of its own.', 0.7)
  }
  if ((seen & ~(data | bit(role.space))) === 0) return nothing
  // Of a lone backquote or parenthesis that has its other half the app may be the author.
  if (has(role.substitution))
    return reading.closed && place.form.length === 1
      ? nothing
      : likely('A value from the request makes the shell run a command.')
  if (has(role.operator) || has(role.newline) || has(role.redirect))
    return joinsCommands(reading, place) ? nothing : likely('A value from the request ends the command.')
  if (has(role.glob)) {
    const alone = isEdge(reading.roles[place.start - 1]) && isEdge(reading.roles[place.end])
    return alone ? likely('A value from the request is replaced by names of files.', 0.7) : nothing
  }
  if (has(role.escape)) {
    if (!reading.closed) return unclosed
    const next = reading.roles[place.end]
    return next === role.escaped && !/[\s'"]/.test(reading.text.charAt(place.end))
      ? nothing
      : likely('A value from the request takes away the meaning of what follows it.', 0.8)
  }
  return likely('A value from the request is replaced by the shell.', 0.8)
}

const isEdge = (of: number | undefined): boolean => of === undefined || (of >= role.space && of <= role.substitution)

const isOperator = /^(?:[;&|<>\n]|&&|\|\||>>|;;)$/

/** `ps aux | grep node`: with a word before, a word behind, and a blank beside it, the sign is the app's. */
function joinsCommands({ text, roles, closed }: Reading, place: Place): boolean {
  let { start, end } = place
  const own = roles[start]
  while (roles[start - 1] === own && place.start - start < 2) start -= 1
  while (roles[end] === own && end - place.end < 2) end += 1
  if (!isOperator.test(text.slice(start, end))) return false
  const before = text.slice(Math.max(0, start - 8), start)
  const after = text.slice(end, end + 8)
  const isSpaced =
    (/\s$/.test(before) || /^[;\n<>]/.test(text.charAt(start))) &&
    (/^\s/.test(after) || /[\n<>]/.test(text.charAt(start)))
  return closed && isSpaced && /[^\s;&|<>(]$/.test(before.trimEnd()) && /^[^\s;&|>)]/.test(after.trimStart())
}
