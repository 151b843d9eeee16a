import type { Place, Verdict } from '../javascript/judge.ts'
import { reaching } from '../javascript/harmless.ts'
import { plain } from '../javascript/token.ts'
import type { Word } from './expression.ts'

/** An expression of a tag, read; `from` is where it begins in the template. */
export interface Expression {
  readonly text: string
  readonly from: number
  readonly words: readonly Word[]
}

const nothing: Verdict = { kind: 'nothing' }
const data: Verdict = { kind: 'data' }

/** Whether a value that stands inside one tag of the app's own changed what the tag says. */
export function judgeExpression({ text, from, words }: Expression, place: Place): Verdict {
  if (place.signsAt) return nothing
  const start = place.start - from
  const end = place.end - from
  const touched = touchedBy(words, start, end)
  const first = touched[0]
  const last = touched.at(-1)
  if (!first || !last) return nothing
  const closesText = first.kind === 'text' && first.start < start
  if (first === last) {
    if (first.kind !== 'text' || !closesText || end >= first.end) return nothing
    if (takesQuote(text, first, end)) return because('takes away the meaning of the quote that should have ended it')
    return { kind: 'content', token: plain('string', from + first.start, from + first.end) }
  }
  if (!/[A-Za-z0-9\u0080-\uffff]/.test(place.form)) return nothing
  if (closesText || (last.kind === 'text' && last.end > end)) return because('ends a text of the tag and goes on in it')
  const read = (word: Word): string => text.slice(word.start, word.end)
  if (touched.some((word) => word.kind === 'name' && reaching.has(read(word)) && read(word) !== 'this'))
    return because('leads out of the data that the tag was given')
  const signs = touched.filter(({ kind }) => kind === 'sign').map(read)
  if (signs.every((sign) => /^[-+*/.,:@?!%]$/.test(sign)) && touched.every(({ kind }) => kind !== 'text')) return data
  return because('became several parts of a tag where one was meant')
}

function touchedBy(words: readonly Word[], start: number, end: number): readonly Word[] {
  let low = 0
  let high = words.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((words[middle] as Word).end > start) high = middle
    else low = middle + 1
  }
  let last = low
  while (last < words.length && (words[last] as Word).start < end) last += 1
  return words.slice(low, last)
}

const because = (what: string): Verdict => ({
  kind: 'finding',
  sure: true,
  confidence: 0.93,
  reason: `A value from the request stands inside a tag of the template and ${what}.`,
})

/** The value ends in a backslash whose second half is the text's own quote. */
function takesQuote(text: string, word: Word, end: number): boolean {
  if (end < word.start + 2 || text.charCodeAt(end - 1) !== 92 || text.charAt(end) !== text.charAt(word.start))
    return false
  let from = end - 1
  while (from > word.start + 1 && text.charCodeAt(from - 1) === 92) from -= 1
  return (end - from) % 2 === 1
}
