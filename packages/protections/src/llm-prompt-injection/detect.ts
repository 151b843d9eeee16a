import type { Input, OperationOf } from '@riposte/contract'
import type { Finding } from '../define.ts'
import { features, scoreOf, type Feature, type Hit } from '../prompt/hit.ts'
import { longestRead, scan } from '../prompt/scan.ts'
import { Recent } from '../text/recent.ts'
import { readBoundary } from './boundary.ts'
import { partsOf, type Part } from './parts.ts'
import { placesIn, type Place } from './places.ts'

export interface Settings {
  /** In hundredths. */
  readonly threshold: number
}

interface Scored {
  readonly score: number
  readonly hits: readonly Hit[]
  readonly finding: Omit<Finding, 'confidence' | 'reason'>
  readonly who: string
}

/** Of a long conversation the last words count most; they are judged first. */
const mostParts = 400

export function detect(
  operation: OperationOf<'prompt'>,
  inputs: readonly Input[],
  { threshold }: Settings,
): Finding | null {
  const bar = threshold / 100
  let best: Scored | null = null
  let budget = 4 * longestRead
  for (const part of partsOf(operation).slice(-mostParts).reverse()) {
    if (budget <= 0) break
    budget -= Math.min(part.text.length, longestRead)
    const scored = part.sort === 'fetched' ? judgeFetched(part, inputs) : judgeAsked(part, inputs, bar)
    if (scored && scored.score >= bar && scored.score > (best?.score ?? 0)) best = scored
  }
  if (!best) return null
  return {
    ...best.finding,
    confidence: Math.min(0.99, Math.floor(best.score * 100 + 1e-6) / 100),
    reason: reasonOf(best),
  }
}

/** A tool's answer, a document: content that has nothing to say to the model, whoever wrote it. */
function judgeFetched(part: Part, inputs: readonly Input[]): Scored | null {
  const hits = scan(part.text, 'content')
  const score = scoreOf(hits)
  if (score === 0) return null
  const known = inputs.find(({ value }) => value.length > 20 && value === part.text)
  return scoredOf(part, { score, hits, who: 'Content that was fetched for the model' }, known ?? ownInput(part), hits)
}

function judgeAsked(part: Part, inputs: readonly Input[], bar: number): Scored | null {
  const { text } = part
  // Most messages say nothing of that kind, and are not looked through for what came with the request.
  if (firstScore(text) < bar * 0.6 && !mayEnd.test(text)) return null
  const places = placesIn(text, inputs)
  let best: Scored | null = null
  for (const place of places) {
    const scored = judgePlace(part, place)
    if (scored && scored.score > (best?.score ?? 0)) best = scored
  }
  if (part.sort === 'asked' && (best?.score ?? 0) < bar) {
    const rest = judgeRest(part, places)
    if (rest && rest.score > (best?.score ?? 0)) return rest
  }
  return best
}

/** System messages and earlier turns come again with every call. */
const known = new Recent<number>(256)

const firstScore = (text: string): number => known.get(text, () => scoreOf(scan(text, 'content')))

const mayEnd = /<\/|```|"""|'''|~~~|<<<|>>>|---|===|###|\*\*\*/

function judgePlace(part: Part, place: Place): Scored | null {
  const { start, end, input, exact } = place
  const hits = [...scan(part.text.slice(start, end), 'person'), ...readBoundary(part.text, start, end)]
  const score = scoreOf(hits)
  if (score === 0) return null
  // There every word counts as the app's.
  const inSystem = part.sort === 'app'
  const who = inSystem ? 'A value from the request in a system message' : 'A value from the request'
  const moved = hits.map((hit) => ({ ...hit, start: hit.start + start, end: hit.end + start }))
  const scored = scoredOf(part, { score: inSystem ? 1 - (1 - score) * 0.8 : score, hits: moved, who }, input, hits)
  if (exact) return scored
  return { ...scored, finding: { ...scored.finding, inputSpan: null } }
}

/** What an app says itself in its messages, and content that it fetched may say too: it counts less, or not at all. */
const ofRest: Readonly<Record<Feature, number>> = {
  ...{
    override: 1,
    carryOut: 0.8,
    disguise: 1,
    addressed: 0.7,
    secret: 0.6,
    authority: 0.6,
    extract: 0.6,
    conceal: 0.5,
  },
  ...{ fresh: 0.5, tools: 0.3, steer: 0, role: 0, unbound: 0, turn: 0.3, template: 0, boundary: 0 },
}

/** What is in a message beside the values of the request: the app's words, and perhaps a page that it fetched. */
function judgeRest(part: Part, places: readonly Place[]): Scored | null {
  let rest = part.text
  // Positions stay.
  for (const { start, end } of places) rest = `${rest.slice(0, start)}${'\n'.repeat(end - start)}${rest.slice(end)}`
  const hits = scan(rest, 'content').flatMap((hit) => {
    const weight = hit.weight * ofRest[hit.feature]
    return weight > 0 ? [{ ...hit, weight }] : []
  })
  const score = scoreOf(hits)
  if (score === 0) return null
  return scoredOf(part, { score, hits, who: 'Text in a message to the model' }, ownInput(part), hits)
}

const ownInput = ({ text, index, role }: Part): Input => ({
  source: 'prompt',
  path: `messages[${index}] (${role.slice(0, 40)})`,
  value: text,
})

function scoredOf(
  part: Part,
  scored: Pick<Scored, 'score' | 'hits' | 'who'>,
  input: Input,
  inInput: readonly Hit[],
): Scored {
  const surest = (hits: readonly Hit[]): Hit | undefined =>
    hits.reduce<Hit | undefined>((one, other) => (one && one.weight >= other.weight ? one : other), undefined)
  const here = surest(scored.hits)
  const there = surest(inInput)
  return {
    ...scored,
    finding: {
      input,
      inputSpan: there && there.end <= input.value.length ? { start: there.start, end: there.end } : null,
      operationSpan:
        here && part.offset !== -1 ? { start: here.start + part.offset, end: here.end + part.offset } : null,
    },
  }
}

const mostNamed = 3

function reasonOf({ hits, who }: Scored): string {
  const best = new Map<Feature, number>()
  for (const { feature, weight } of hits) best.set(feature, Math.max(best.get(feature) ?? 0, weight))
  const named = [...best].sort((one, other) => other[1] - one[1]).slice(0, mostNamed)
  const said = named.map(([feature]) => features[feature])
  return `${who} ${said.length > 1 ? `${said.slice(0, -1).join(', ')} and ${said.at(-1) ?? ''}` : (said[0] ?? '')}.`
}
