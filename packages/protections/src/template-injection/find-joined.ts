import type { Input } from '@riposte/contract'
import type { Finding } from '../define.ts'
import { haystackOf } from '../text/haystack.ts'
import type { TemplateSearch } from './template-search.ts'

const mostValues = 64
const mostPlaces = 16

/** A place in the template where one of the values stands. */
interface Spot {
  readonly start: number
  readonly end: number
  readonly input: Input
}

/**
 * Values that make a tag only together: `<%` in one and `= secret %>` in the next. Each alone is signs that stand in every template, or
 * a word; side by side they are one value.
 */
export function findJoined(search: TemplateSearch, text: string, inputs: readonly Input[]): Finding | null {
  if (!inputs.some(({ value }) => isSigns(value))) return null
  const spots = inputs.slice(0, mostValues).flatMap((input) => spotsOf(text, input))
  const byStart = new Map<number, Spot[]>()
  for (const spot of spots) byStart.set(spot.start, [...(byStart.get(spot.start) ?? []), spot])
  for (const spot of spots) {
    // The next value stands right behind, or behind the white space at its edge.
    const next = byStart.get(spot.end)?.find(({ input }) => input !== spot.input)
    if (!next || (!isSigns(spot.input.value) && !isSigns(next.input.value))) continue
    const third = byStart.get(next.end)?.find(({ input }) => input !== next.input && input !== spot.input)
    for (const end of third ? [third.end, next.end] : [next.end]) {
      const place = { start: spot.start, end, form: text.slice(spot.start, end) }
      const { verdict } = search.judge(place)
      if (verdict.kind !== 'finding') continue
      const input = isSigns(spot.input.value) ? spot.input : next.input
      return {
        confidence: 0.9,
        reason: 'Values from the request that stand side by side in the template make a tag of it.',
        input,
        inputSpan: { start: 0, end: input.value.length },
        operationSpan: { start: place.start, end: place.end },
      }
    }
  }
  return null
}

/** Nothing but what tags are opened and closed by. */
const isSigns = (value: string): boolean => value.length <= 16 && /^\s*[<>%{}#!$[\]=_~&^@?-]{1,12}\s*$/.test(value)

function spotsOf(text: string, input: Input): Spot[] {
  const { value } = input
  if (value === '' || value.length > 4_096 || (value.length < 3 && !isSigns(value))) return []
  if (!isSigns(value) && !haystackOf(text).trigrams.mayHoldBeginning(value)) return []
  const spots: Spot[] = []
  let at = text.indexOf(value)
  for (; at !== -1 && spots.length < mostPlaces; at = text.indexOf(value, at + 1))
    spots.push({ start: at, end: at + value.length, input })
  return spots
}
