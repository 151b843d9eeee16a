import { isIndex, isOperatorName } from './client-node.ts'

/** An operator in what the database was given. */
export interface Site {
  readonly key: string
  readonly value: unknown
  /** The name of the field that it is about, as far as one stands around it. */
  readonly field: string | null
  /** The database refuses or stores it there; it does not carry it out. */
  readonly idle: boolean
}

/** What there is to know of a filter, an update, a pipeline or a command. */
export interface FilterFacts {
  readonly sites: readonly Site[]
  /** Texts that the database runs as JavaScript. */
  readonly codes: readonly string[]
  /** Texts that stand as data. */
  readonly texts: ReadonlySet<string>
  /** Names of fields that are asked for or set, in small letters. */
  readonly fields: ReadonlySet<string>
  /** Texts such as `$token` among the operands of an expression, where they name a field. */
  readonly references: readonly string[]
}

/** How the database reads what stands there. */
type Reading = 'condition' | 'stage' | 'expression' | 'operands' | 'assignment' | 'addition' | 'data'

const deepest = 250
const mostSteps = 200_000
const mostSites = 2_000

interface Step {
  readonly value: unknown
  readonly reading: Reading
  readonly field: string | null
  readonly depth: number
}

/** Reads what the driver was given, whatever it is: cyclic, deep, with getters that throw. Bounded in depth and in steps. */
export function readFilter(filter: unknown): FilterFacts {
  const reader = new Reader()
  reader.read(filter)
  return reader
}

class Reader implements FilterFacts {
  readonly sites: Site[] = []
  readonly codes: string[] = []
  readonly texts = new Set<string>()
  readonly fields = new Set<string>()
  readonly references: string[] = []
  #rest: Step[] = []

  read(filter: unknown): void {
    this.#rest = [{ value: written(filter), reading: 'condition', field: null, depth: 0 }]
    for (let steps = 0; this.#rest.length > 0 && steps < mostSteps; steps += 1) this.#take(this.#rest.pop() as Step)
  }

  #take(step: Step): void {
    const { value, reading, field, depth } = step
    if (typeof value === 'string') this.#takeText(value, reading)
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value)) {
      if (depth >= deepest) return
      for (let at = Math.min(value.length, mostSteps) - 1; at >= 0; at -= 1) {
        const item = readProperty(value, String(at))
        if (typeof item === 'string') this.#takeText(item, reading)
        else if (typeof item === 'object' && item !== null)
          this.#rest.push({ value: item, reading: itemReading(reading), field, depth: depth + 1 })
      }
      return
    }
    try {
      this.#takeObject(value, step)
    } catch {
      // A proxy of the app's that refuses to be looked at: the driver will hear the same.
    }
  }

  #takeText(text: string, reading: Reading): void {
    if (reading === 'operands' && /^\$\$?[A-Za-z_][\w.]*$/.test(text)) this.references.push(text)
    else if (reading !== 'expression') this.texts.add(text)
  }

  #takeObject(value: object, { reading, field, depth }: Step): void {
    const kind = bsonType(value)
    if (kind === 'forged')
      this.#addSite({ key: '_bsontype', value: readProperty(value, '_bsontype'), field, idle: false })
    const pattern = patternOf(value, kind)
    if (pattern !== null) this.#addSite({ key: '$regex', value: pattern, field, idle: reading === 'data' })
    if (kind === 'Code') this.#addCode(value)
    if (isScalar(value, kind) || depth >= deepest) return
    const entries = entriesOf(value)
    for (let at = entries.length - 1; at >= 0; at -= 1) {
      const [key, child] = entries[at] as readonly [string, unknown]
      this.#takeEntry(key, child, { value: entries, reading, field, depth })
    }
  }

  #takeEntry(key: string, value: unknown, step: Step): void {
    const { reading, field, depth, value: entries } = step
    const operator = operatorIn(key)
    if (operator !== null && reading !== 'data') {
      const idle = reading === 'assignment' || (reading === 'addition' && !additions.has(operator))
      this.#addSite({ key: operator, value, field, idle })
    }
    if (runsCode(key, reading, entries as readonly (readonly [string, unknown])[])) this.#addCode(value)
    if (operator === null && !isIndex(key) && !isCommandPart(key, value, depth)) this.fields.add(key.toLowerCase())
    this.#rest.push({
      value,
      reading: childReading(key, reading, value),
      field: operator === null && !isIndex(key) ? key : field,
      depth: depth + 1,
    })
  }

  #addSite(site: Site): void {
    if (this.sites.length < mostSites) this.sites.push(site)
  }

  #addCode(value: unknown): void {
    const text =
      typeof value === 'object' && value !== null && !Array.isArray(value) ? readProperty(value, 'code') : value
    if (typeof text === 'string' && this.codes.length < mostSites) this.codes.push(text)
  }
}

/** A query may be handed over as the JSON that it is sent as. */
function written(filter: unknown): unknown {
  if (typeof filter !== 'string' || !/^\s*[{[]/.test(filter)) return filter
  try {
    return JSON.parse(filter)
  } catch {
    return filter
  }
}

const updates = new Set([
  '$set',
  '$setOnInsert',
  '$unset',
  '$inc',
  '$mul',
  '$min',
  '$max',
  '$rename',
  '$currentDate',
  '$pop',
  '$pullAll',
  '$bit',
])
const additions = new Set(['$each', '$slice', '$sort', '$position'])
const codeNames = new Set(['$where', '$reduce', '$keyf'])
const functionParts = new Set(['body', 'init', 'accumulate', 'merge', 'finalize'])
const mapReduceParts = new Set(['map', 'reduce', 'finalize'])

const commandParts = new Set(
  'filter query q update u pipeline updates deletes document documents replacement projection fields sort let cond'.split(
    ' ',
  ),
)

/** `{find: …, filter: {…}}`: at the top, a name of the command and of no field. */
const isCommandPart = (key: string, value: unknown, depth: number): boolean =>
  depth <= 2 && commandParts.has(key) && typeof value === 'object' && value !== null && entriesOf(value).length > 0

function itemReading(reading: Reading): Reading {
  if (reading === 'operands' || reading === 'expression') return 'expression'
  return reading === 'condition' ? 'stage' : reading
}

/** How the value under that name is read. */
function childReading(key: string, reading: Reading, value: unknown): Reading {
  switch (reading) {
    case 'data':
      return 'data'
    case 'assignment':
      return 'data'
    case 'addition':
      // A field's own value may hold `$each`; what is in there is data.
      return isOperatorName(key) || !holdsOperator(value) ? 'data' : 'addition'
    case 'condition':
      return conditionReading(key)
    case 'stage':
      if (key === '$match' || !isOperatorName(key)) return 'condition'
      return conditionOperators.has(key) ? conditionReading(key) : 'expression'
    case 'expression':
    case 'operands':
      if (key === '$match') return 'condition'
      if (key === '$literal') return 'data'
      return isOperatorName(key) && Array.isArray(value) && !key.startsWith('$$') ? 'operands' : 'expression'
  }
}

/** Those that stand in an element of a condition's list as well as at its top. */
const conditionOperators = new Set([
  '$or',
  '$and',
  '$nor',
  '$not',
  '$elemMatch',
  '$expr',
  '$where',
  '$eq',
  '$in',
  '$nin',
])

function conditionReading(key: string): Reading {
  if (key === '$expr') return 'expression'
  // Their operand is a value, whatever it looks like.
  if (key === '$eq' || key === '$in' || key === '$nin' || key === '$literal' || key === '$comment') return 'data'
  if (key === '$push' || key === '$addToSet') return 'addition'
  return updates.has(key) ? 'assignment' : 'condition'
}

/** Whether the text under that name is run. */
function runsCode(key: string, reading: Reading, siblings: readonly (readonly [string, unknown])[]): boolean {
  if (reading === 'data') return false
  if (codeNames.has(key)) return true
  if (functionParts.has(key) && siblings.some(([name]) => name === 'lang' || name === 'accumulate' || name === 'body'))
    return true
  return mapReduceParts.has(key) && siblings.some(([name]) => name === 'map' || name === 'reduce')
}

/** The operator's name in a name: `$ne`, and the last part of `user.$ne`. */
function operatorIn(key: string): string | null {
  if (!key.includes('$')) return null
  if (isOperatorName(key)) return key
  const last = key.slice(key.lastIndexOf('.') + 1)
  return isOperatorName(last) ? last : null
}

function holdsOperator(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return true
  return bsonType(value) === null && entriesOf(value).some(([key]) => operatorIn(key) !== null)
}

/** The driver's own kind of a value; `forged` when a plain object only says so; null for a document. */
function bsonType(value: object): string | null {
  const type = readProperty(value, '_bsontype')
  if (type === undefined) return null
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return 'forged'
  return typeof type === 'string' ? type : 'other'
}

const isScalar = (value: object, kind: string | null): boolean =>
  (kind !== null && kind !== 'forged') ||
  value instanceof Date ||
  value instanceof RegExp ||
  ArrayBuffer.isView(value) ||
  value instanceof ArrayBuffer

function patternOf(value: object, kind: string | null): string | null {
  if (value instanceof RegExp) return value.source
  const pattern = kind === 'BSONRegExp' ? readProperty(value, 'pattern') : null
  return typeof pattern === 'string' ? pattern : null
}

export function entriesOf(value: object): readonly (readonly [string, unknown])[] {
  if (value instanceof Map)
    return [...value]
      .slice(0, mostSteps)
      .flatMap(([key, child]) => (typeof key === 'string' ? [[key, child] as const] : []))
  return Object.keys(value).map((key) => [key, readProperty(value, key)] as const)
}

export function readProperty(value: object, key: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>>)[key]
  } catch {
    // The app's getter, not ours.
    return undefined
  }
}
