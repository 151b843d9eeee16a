import { expand, most, type Expansion } from './expand.ts'
import { isDefinition, reachOf } from './reach.ts'
import { readDocument, readEntity, type Document, type Entity, type ExternalId } from './read-document.ts'

/** What a parser fetches of what a document names: texts of entities, the external subset, what is to be included. */
export type Fetched = 'entities' | 'dtd' | 'includes'

/** A part of the document that must not come from a client. */
export interface Danger {
  readonly start: number
  readonly end: number
  /** What it asks for, where it asks for something outside. */
  readonly systemId: string | null
  readonly confidence: number
  readonly reason: string
}

/**
 * What in a document reaches out of it or grows beyond measure, in the order in which it stands there.
 * @param fetched what the parser that is given the document would fetch; absent where that is not known
 */
export function findDangers(text: string, fetched?: readonly Fetched[]): readonly Danger[] {
  const document = readDocument(text)
  const entities = withNested(document.entities)
  const fetches = (what: Fetched): boolean => fetched?.includes(what) ?? true
  const dangers = [
    ...entities.flatMap((entity) => (entity.external ? judgeEntity(entity, entity.external, fetches('entities')) : [])),
    ...document.outside.flatMap((outside) =>
      outside.what === 'subset' ? judgeSubset(outside, fetches('dtd')) : judgeInclude(outside, fetches('includes')),
    ),
  ]
  return [...dangers, ...judgeGrowth(text, entities, document)]
}

/** Declarations in the text of a parameter entity are declarations once it is used. */
const deepest = 8

function withNested(given: readonly Entity[]): readonly Entity[] {
  const all = [...given]
  let latest = given
  for (let depth = 0; depth < deepest && latest.length > 0; depth += 1) {
    latest = latest.flatMap((outer) => (outer.isParameter && outer.text ? declaredIn(outer.text, outer) : []))
    all.push(...latest)
  }
  return all
}

function declaredIn(text: string, { start, end }: Entity): Entity[] {
  const found: Entity[] = []
  for (let at = text.indexOf('<!ENTITY'); at !== -1;) {
    const read = readEntity(text, at)
    if (read) found.push({ ...read, start, end })
    at = text.indexOf('<!ENTITY', read?.end ?? at + 8)
  }
  return found
}

function judgeEntity(entity: Entity, { systemId }: ExternalId, isFetched: boolean): Danger[] {
  const reach = reachOf(systemId)
  // Sets of letters and the like, which everybody's documents name.
  if (entity.isParameter && reach === 'published') return []
  const confidence = isFetched ? 0.98 : 0.85
  const reason = entity.isParameter
    ? 'A document from the request takes declarations from outside of it.'
    : 'A document from the request declares an entity that stands for a file or an address.'
  return [{ start: entity.start, end: entity.end, systemId, confidence, reason }]
}

function judgeSubset({ systemId, start, end }: ExternalId, isFetched: boolean): Danger[] {
  const reach = reachOf(systemId)
  if (reach === 'published' || (reach === 'near' && isDefinition(systemId))) return []
  if (!isFetched && reach !== 'inside') return []
  const reason = 'A document from the request takes its document type from a place that the client chose.'
  return [{ start, end, systemId, confidence: isFetched ? 0.92 : 0.75, reason }]
}

function judgeInclude({ systemId, start, end }: ExternalId, isFetched: boolean): Danger[] {
  if (!isFetched && reachOf(systemId) !== 'inside') return []
  const reason = 'A document from the request includes a file or an address.'
  return [{ start, end, systemId, confidence: isFetched ? 0.92 : 0.75, reason }]
}

/** What parsers themselves refuse begins about here. */
const large = 100_000
const largeForAnybody = 20_000_000
const nested = 10_000

function judgeGrowth(text: string, entities: readonly Entity[], { references }: Document): Danger[] {
  if (entities.length === 0) return []
  const sizes = expand(entities)
  const endless = sizes.find(({ isEndless }) => isEndless)
  if (endless) return [grown(endless, 0.95, 'A document from the request declares an entity that holds itself.')]
  const declared = entities.reduce((sum, entity) => sum + (entity.text?.length ?? 0), 0)
  const largest = sizes.reduce((one, other) => (other.size > one.size ? other : one))
  let used = 0
  let mostUsed: Expansion = largest
  let mostUsedSize = 0
  for (const expansion of sizes) {
    if (expansion.entity.isParameter) continue
    const size = Math.min(most, (references.get(expansion.entity.name) ?? 0) * (expansion.size + 1))
    used = Math.min(most, used + size)
    if (size > mostUsedSize) [mostUsed, mostUsedSize] = [expansion, size]
  }
  const reason = 'A document from the request declares entities that together stand for far more text than it holds.'
  if (largest.size > nested && largest.size > 20 * declared) return [grown(largest, 0.97, reason)]
  const isGrown =
    used > largeForAnybody ||
    (used > large && used > 50 * text.length) ||
    (used > 10 * large && used > 15 * text.length)
  return isGrown ? [grown(mostUsed, 0.93, reason)] : []
}

const grown = ({ entity }: Expansion, confidence: number, reason: string): Danger => ({
  start: entity.start,
  end: entity.end,
  systemId: null,
  confidence,
  reason,
})
