import { isIndex, type ClientNode } from './client-node.ts'
import { entriesOf, readProperty } from './read-filter.ts'

/** How surely a part of the filter is what the client sent: by a value that says something, by its shape only, or not. */
export type Match = 'values' | 'shape' | null

/** Comparisons for one operation, so that nobody makes us compare everything with everything. */
export interface Budget {
  left: number
}

/** Whether the filter's value is what the client put there: the same names, and values that are the same or were converted. */
export function matches(value: unknown, node: ClientNode, budget: Budget): Match {
  if ((budget.left -= 1) < 0) return null
  if (typeof value !== 'object' || value === null || isLeaf(value)) return matchLeaf(value, node)
  if (Array.isArray(value)) return matchList(value, node, budget)
  return matchObject(value, node, budget)
}

function matchLeaf(value: unknown, node: ClientNode): Match {
  if (node.children.size > 0) return null
  if (node.values.length === 0) return isSilent(value) ? 'shape' : null
  const best = node.values.slice(0, 64).map((given) => sameValue(value, given))
  return best.includes('values') ? 'values' : best.includes('shape') ? 'shape' : null
}

function matchList(list: readonly unknown[], node: ClientNode, budget: Budget): Match {
  const children = [...node.children.values()].filter((child) => isIndex(child.key))
  // A library made a list of the one value, or the name came several times.
  if (children.length === 0 && node.children.size === 0) {
    if (list.length === 0) return 'shape'
    if (node.values.length === 0) return list.slice(0, 64).every(isSilent) ? 'shape' : null
    const found = list.slice(0, 64).map((item) => (isLeafLike(item) ? matchLeaf(item, node) : null))
    return found.includes(null) ? null : found.includes('values') ? 'values' : 'shape'
  }
  if (children.length === 0) return list.length === 1 ? matches(list[0], node, budget) : null
  const found = children.slice(0, 64).map((child) => {
    if (child.key !== '') return matches(readProperty(list, child.key), child, budget)
    const every = list.slice(0, 64).map((item) => matches(item, child, budget))
    return every.includes('values') ? 'values' : every.includes('shape') ? 'shape' : null
  })
  // What the client left out, such as a null, has no place among the values; what it did send must all be there.
  return found.includes(null) ? null : found.includes('values') ? 'values' : 'shape'
}

function matchObject(value: object, node: ClientNode, budget: Budget): Match {
  const entries = entriesOf(value)
  if (node.children.size === 0) return node.values.length === 0 && entries.length === 0 ? 'shape' : null
  let best: Match = null
  let differs = false
  for (const [key, child] of entries) {
    const at = follow(node, key)
    if (!at) continue
    const found = matches(child, at, budget)
    // The app may have set a part of it anew; the rest is enough, where it says something.
    if (found === 'values') return 'values'
    if (found === null) differs = true
    else best = found
  }
  return differs ? null : best
}

/** A name with dots stands in the client's values as its parts. */
function follow(node: ClientNode, key: string): ClientNode | undefined {
  const direct = node.children.get(key)
  if (direct || !key.includes('.')) return direct
  return key.split('.').reduce<ClientNode | undefined>((at, part) => at?.children.get(part), node)
}

const isLeafLike = (value: unknown): boolean => typeof value !== 'object' || value === null || isLeaf(value)

const isLeaf = (value: object): boolean =>
  value instanceof Date ||
  value instanceof RegExp ||
  ArrayBuffer.isView(value) ||
  (typeof readProperty(value, '_bsontype') === 'string' && !isPlain(value))

const isPlain = (value: object): boolean => Object.getPrototypeOf(value) === Object.prototype

/** Of these no trace may be left among the request's values. */
const isSilent = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || typeof value === 'boolean' || Number.isNaN(value)

function sameValue(value: unknown, given: unknown): Match {
  if (typeof given === 'string') return sameText(value, given)
  if (value === given) return saysSomething(value) ? 'values' : 'shape'
  // Converted by a library: 0 and null become false, a number becomes a text.
  return String(value) === String(given) || (isSilent(value) && isSilent(given)) ? 'shape' : null
}

function sameText(value: unknown, given: string): Match {
  const text = textOf(value)
  if (text === given) return saysSomething(given) ? 'values' : 'shape'
  if (isSilent(value) && (given.length < 8 || given.trim() === '')) return isConversion(value, given) ? 'shape' : null
  if (typeof value === 'number' && given.trim() !== '' && Number(given) === value)
    return saysSomething(given) ? 'values' : 'shape'
  if (value instanceof Date) {
    const time = Number.isNaN(Number(given)) ? Date.parse(given) : Number(given)
    return time === value.getTime() ? 'values' : null
  }
  return isLightlyChanged(text, given) ? 'values' : null
}

/** What a schema makes of a text where it wants a boolean or a number. */
function isConversion(value: unknown, given: string): boolean {
  if (value === true) return /^(?:true|1|yes|on)$/i.test(given)
  if (value === false) return /^(?:false|0|no|off|)$/i.test(given)
  return value === null || value === undefined ? /^(?:null|undefined|\s*)$/i.test(given) : true
}

/** Trimmed, in another case, cut, or with signs escaped: the letters and digits are the same. */
function isLightlyChanged(text: string, given: string): boolean {
  if (text.length > 4_096 || given.length > 4_096) return text === given.trim()
  const one = lettersOf(text)
  const other = lettersOf(given)
  return one === other || (one.length >= 8 && (other.startsWith(one) || one.startsWith(other)) && other.length >= 8)
}

const lettersOf = (text: string): string => text.toLowerCase().replace(/[^a-z0-9\u0080-\uffff]+/g, '')

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof RegExp) return value.source
  if (typeof value !== 'object' || value === null) return String(value)
  const pattern = readProperty(value, 'pattern') ?? readProperty(value, 'code')
  if (typeof pattern === 'string') return pattern
  try {
    return String((value as { toString(): unknown }).toString())
  } catch {
    return ''
  }
}

/** More than what any filter holds: an empty text, a nought, a one-letter word. */
const saysSomething = (value: unknown): boolean =>
  (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') && String(value).length >= 3
