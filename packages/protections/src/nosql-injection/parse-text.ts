import type { Input } from '@riposte/contract'
import { forms } from '../text/forms.ts'
import { Recent } from '../text/recent.ts'
import { childOf, newNode, segmentsOf, type ClientNode } from './client-node.ts'

/** Most names taken out of one text, and how deep. */
const mostNames = 5_000
const deepest = 64
/** Longest text that is read again in ways in which an app might have put it together. */
const longestPieced = 65_536

/**
 * What a text would be for an app that parses it: JSON as it is, JSON that the app builds around it, the loose notation of
 * JavaScript, or a query string; also where the text came encoded. Nothing for a text without an operator's name.
 */
export function structuresOf(input: Input): ClientNode[] {
  const { value } = input
  if (!mayHoldOperator(value)) return []
  return parsed.get(value, () => parseAll(value)).flatMap((document) => toNode(document, input) ?? [])
}

type Document = { readonly kind: 'json'; readonly value: object } | { readonly kind: 'pairs'; readonly text: string }

const parsed = new Recent<readonly Document[]>(512)

/** `$` or a marker of the driver's, in the clear or in an encoding that the beginning of the text gives away. */
function mayHoldOperator(value: string): boolean {
  if (value.includes('$') || value.includes('_bsontype')) return value.length > 2
  if (/%(?:25)*24|\\u0024|\\x24|&(?:#0*36|#x0*24|dollar);?|＄|﹩/i.test(value)) return true
  // Base64 or hex of `{`, `[`, `"` or white space, and of `j:`.
  return /^(?:e[w-z3]|W[w-z0-9]|I[gi-l]|Cg|CQ|DQ|ajp)[A-Za-z0-9+/_-]{6,}={0,2}$|^(?:7b|5b|22|20|0a)[0-9a-f]{8,}$/i.test(
    value.slice(0, 4_096),
  )
}

function parseAll(value: string): Document[] {
  const found: Document[] = []
  for (const form of forms(value)) {
    if (!/\$|_bsontype|\\u0024/.test(form)) continue
    // Cookies that hold JSON say so in this way.
    const text = form.trim().replace(/^j:/, '')
    const json = parseJson(text) ?? parsePieces(text)
    if (json) found.push({ kind: 'json', value: json })
    else if (readsAsPairs(text)) found.push({ kind: 'pairs', text })
    if (found.length >= 4) break
  }
  return found
}

function parseJson(text: string): object | null {
  const first = text.charAt(0)
  if (first !== '{' && first !== '[') return null
  return tryParse(text) ?? (text.length > longestPieced ? null : tryParse(loosely(text)))
}

function tryParse(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

/** `{$ne: null, 'a': undefined}` as JSON. */
const loosely = (text: string): string =>
  text
    .replace(/'((?:[^'"\\]|\\.)*)'/g, '"$1"')
    .replace(/([{,]\s*)([A-Za-z_$][\w$.]*)(?=\s*:)/g, '$1"$2"')
    .replace(/:\s*undefined\b/g, ':null')
    .replace(/,\s*([}\]])/g, '$1')

/** What an app that writes JSON around a text may write: the text in a string, or bare. */
const surroundings: readonly (readonly [string, string])[] = [
  ['{"":"', '"}'],
  ['{"":"', '}'],
  ['{"":"', ''],
  ['{"":', '}'],
  ['{', '}'],
  ['{"":["', '"]}'],
  ['{"":{"":"', '"}}'],
]

function parsePieces(text: string): object | null {
  if (text.length > longestPieced || !/["'{]\s*\$[A-Za-z]|["']_bsontype/.test(text)) return null
  for (const [before, after] of surroundings) {
    const value = tryParse(before + text + after)
    if (value) return value
  }
  return null
}

/** `user[$ne]=1&b=2`, or one name alone. */
const readsAsPairs = (text: string): boolean =>
  /^[^\s{}"'<>]*(?:\[|\.|^|[&?])\$[A-Za-z_]+[\].\w[]*(?:=|$|&)/.test(text.slice(0, 2_048)) && !/^\$\w+$/.test(text)

function toNode(document: Document, input: Input): ClientNode | null {
  const root = newNode('', null, input, input.value)
  if (document.kind === 'json') grow(root, document.value, { left: mostNames })
  else {
    for (const pair of document.text.replace(/^[^?\s]*\?/, '').split('&', mostNames)) {
      const equals = pair.indexOf('=')
      const name = decode(equals === -1 ? pair : pair.slice(0, equals))
      const node = segmentsOf(name).reduce((parent, key) => childOf(parent, key, input), root)
      if (equals !== -1) node.values.push(decode(pair.slice(equals + 1)))
    }
  }
  return root
}

function grow(root: ClientNode, value: object, budget: { left: number }): void {
  const rest: { node: ClientNode; value: object; depth: number }[] = [{ node: root, value, depth: 0 }]
  for (let next = rest.pop(); next && budget.left > 0; next = rest.pop()) {
    for (const [key, child] of Object.entries(next.value) as [string, unknown][]) {
      if ((budget.left -= 1) <= 0) return
      const names = Array.isArray(next.value) ? [key] : segmentsOf(key)
      const node = names.reduce((parent, name) => childOf(parent, name, root.input), next.node)
      if (typeof child !== 'object' || child === null) node.values.push(child)
      else if (next.depth < deepest) rest.push({ node, value: child, depth: next.depth + 1 })
    }
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
