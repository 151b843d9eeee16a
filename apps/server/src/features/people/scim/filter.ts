import { ScimError } from './scim-error.ts'

export type Operator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'lt' | 'ge' | 'le'
export type FilterValue = string | number | boolean | null
/** RFC 7644, 3.4.2.2. */
export type ScimFilter =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly ScimFilter[] }
  | { readonly kind: 'not'; readonly part: ScimFilter }
  | { readonly kind: 'present'; readonly path: string }
  | { readonly kind: 'compare'; readonly path: string; readonly operator: Operator; readonly value: FilterValue }
  /** `emails[type eq "work"]`: one of the values is like that. */
  | { readonly kind: 'some'; readonly path: string; readonly part: ScimFilter }

export const longestFilter = 2_000
const deepest = 20
const operators = new Set(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'lt', 'ge', 'le'])
const token = /\s*([()[\]]|"(?:[^"\\]|\\.)*"|[^\s()[\]"]+)/y

/** Reads a filter in one pass. @throws ScimError `invalidFilter` with the place */
export function parseFilter(text: string): ScimFilter {
  if (text.length > longestFilter) throw wrong(`is longer than ${longestFilter} characters`)
  const tokens = tokenize(text)
  let at = 0
  const peek = (): string | undefined => tokens[at]
  const take = (what: string): string => {
    const next = tokens[at]
    if (next === undefined) throw wrong(`ends where ${what} should stand`)
    at += 1
    return next
  }
  const expect = (sign: string): void => {
    const next = take(`"${sign}"`)
    if (next !== sign) throw wrong(`has "${next.slice(0, 40)}" where "${sign}" should stand`)
  }
  const chain = (word: 'and' | 'or', depth: number, below: (depth: number) => ScimFilter): ScimFilter => {
    const parts = [below(depth)]
    while (peek()?.toLowerCase() === word) {
      at += 1
      parts.push(below(depth))
    }
    return parts.length === 1 ? (parts[0] as ScimFilter) : { kind: word, parts }
  }
  const any = (depth: number): ScimFilter => {
    if (depth > deepest) throw wrong(`has more than ${deepest} levels`)
    return chain('or', depth, (inner) => chain('and', inner, one))
  }
  const group = (depth: number): ScimFilter => {
    expect('(')
    const inner = any(depth + 1)
    expect(')')
    return inner
  }
  const one = (depth: number): ScimFilter => {
    if (peek() === '(') return group(depth)
    const path = take('an attribute')
    if (path.toLowerCase() === 'not' && peek() === '(') return { kind: 'not', part: group(depth) }
    if (peek() === '[') {
      if (!isPath(path)) throw wrong(`has "${path.slice(0, 40)}" where an attribute should stand`)
      at += 1
      const part = any(depth + 1)
      expect(']')
      // `emails[type eq "work"].value eq "…"`: the same value is both.
      const sub = peek()
      if (sub?.startsWith('.') !== true) return { kind: 'some', path, part }
      at += 1
      return { kind: 'some', path, part: { kind: 'and', parts: [part, comparison(sub.slice(1))] } }
    }
    return comparison(path)
  }
  const comparison = (path: string): ScimFilter => {
    if (!isPath(path)) throw wrong(`has "${path.slice(0, 40)}" where an attribute should stand`)
    const operator = take('an operator').toLowerCase()
    if (operator === 'pr') return { kind: 'present', path }
    if (!operators.has(operator))
      throw wrong(
        `has "${operator.slice(0, 40)}" where an operator should stand: eq, ne, co, sw, ew, gt, lt, ge, le or pr`,
      )
    return { kind: 'compare', path, operator: operator as Operator, value: readValue(take('a value')) }
  }
  const filter = any(0)
  const rest = peek()
  if (rest !== undefined) throw wrong(`goes on with "${rest.slice(0, 40)}" where it should end`)
  return filter
}

export const isPath = (text: string): boolean => text.length <= 200 && /^[A-Za-z][\w.:$-]*$/.test(text)

function tokenize(text: string): string[] {
  const tokens: string[] = []
  token.lastIndex = 0
  const end = text.trimEnd().length
  while (token.lastIndex < end) {
    const from = token.lastIndex
    const found = token.exec(text)?.[1]
    if (found === undefined) throw wrong(`has a quote at ${from} that is not closed`)
    tokens.push(found)
  }
  return tokens
}

function readValue(text: string): FilterValue {
  try {
    const value: unknown = JSON.parse(/^(true|false|null)$/i.test(text) ? text.toLowerCase() : text)
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value as FilterValue
  } catch {
    // Told below.
  }
  throw wrong(`has ${text.slice(0, 40)} where a value should stand: "text", a number, true, false or null`)
}

const wrong = (what: string): ScimError => new ScimError(400, 'invalidFilter', `The filter ${what}`)
