import { readEastAsian } from './east-asian.ts'
import { hiddenIn } from './hidden.ts'
import type { Hit } from './hit.ts'
import { readLeaks, readMarks } from './marks.ts'
import { readSentences } from './sentences.ts'
import { readWords } from './words.ts'

/** Who a text is of: a person who asks, or content that was fetched for the model. */
export type From = 'person' | 'content'

/** What of a longer text is read: its beginning and its end, where instructions do their work. */
export const longestRead = 200_000

/** Everything in a text that works on a model, in linear time. */
export function scan(text: string, from: From, depth = 0): Hit[] {
  if (text.length > longestRead) {
    const half = longestRead / 2
    const shift = text.length - half
    const end = scan(text.slice(shift), from, depth).map((hit) => ({
      ...hit,
      start: hit.start + shift,
      end: hit.end + shift,
    }))
    return [...scan(text.slice(0, half), from, depth), ...end]
  }
  const { words, folded, disguised } = readWords(text)
  const hits = [
    ...readSentences(words, from),
    ...readEastAsian(text),
    ...readMarks(text, from === 'content'),
    ...readLeaks(text),
  ]
  if (disguised >= 2 && hits.length > 0) hits.push({ feature: 'disguise', weight: 0.35, ...around(hits) })
  if (folded.invisible >= 3)
    hits.push({ feature: 'disguise', weight: hits.length > 0 ? 0.4 : 0.15, start: 0, end: text.length })
  if (folded.tagged.length >= 4) {
    hits.push({ feature: 'disguise', weight: 0.62, start: 0, end: text.length })
    for (const hit of scan(folded.tagged, from, 2)) hits.push({ ...hit, start: 0, end: text.length })
  }
  if (depth < 2) {
    for (const { text: said, start, end } of hiddenIn(text)) {
      const inside = scan(said, from, depth + 1)
      const isWhole = end - start === text.length
      const fresh = isWhole
        ? inside.filter((hit) => !hits.some(({ feature, weight }) => feature === hit.feature && weight >= hit.weight))
        : inside
      if (fresh.length === 0) continue
      for (const hit of fresh) hits.push({ ...hit, start, end })
      hits.push({ feature: 'disguise', weight: 0.3, start, end })
    }
  }
  return hits
}

const around = (hits: readonly Hit[]): { start: number; end: number } => ({
  start: Math.min(...hits.map(({ start }) => start)),
  end: Math.max(...hits.map(({ end }) => end)),
})
