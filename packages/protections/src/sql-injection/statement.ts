import type { SqlDialect } from '@riposte/contract'
import type { Token } from '../sql/token.ts'
import { tokenise } from '../sql/tokenise.ts'

/** A tokenised statement, read by token index; an index outside of it is answered with nothing. */
export interface Statement {
  readonly text: string
  readonly tokens: readonly Token[]
}

/** The tokens `first` to `last`, both included, that a part of the text touches. */
export interface Range {
  readonly first: number
  readonly last: number
}

export const readStatement = (text: string, dialect: SqlDialect): Statement => ({
  text,
  tokens: tokenise(text, dialect),
})

/** The lower-cased word at that place, or '' where no unquoted word stands. */
export function wordAt({ text, tokens }: Statement, index: number): string {
  const token = tokens[index]
  return token?.kind === 'word' ? text.slice(token.start, token.end).toLowerCase() : ''
}

/** The operator or punctuation at that place, or ''. */
export function signAt({ text, tokens }: Statement, index: number): string {
  const token = tokens[index]
  return token?.kind === 'operator' || token?.kind === 'punctuation' ? text.slice(token.start, token.end) : ''
}

export const kindAt = (statement: Statement, index: number): Token['kind'] | null =>
  statement.tokens[index]?.kind ?? null

export function isName(statement: Statement, index: number): boolean {
  const kind = kindAt(statement, index)
  return kind === 'word' || kind === 'identifier'
}

export function isLiteral(statement: Statement, index: number): boolean {
  const kind = kindAt(statement, index)
  return kind === 'number' || kind === 'string'
}

/** Binary search, since a statement may hold a million tokens and be asked about by many inputs. */
export function tokensBetween({ tokens }: Statement, start: number, end: number): Range | null {
  const first = firstEndingAfter(tokens, start)
  const last = firstEndingAfter(tokens, end - 1)
  const token = tokens[last]
  const reached = token && token.start < end ? last : last - 1
  return first <= reached && first < tokens.length ? { first, last: reached } : null
}

function firstEndingAfter(tokens: readonly Token[], position: number): number {
  let low = 0
  let high = tokens.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((tokens[middle] as Token).end > position) high = middle
    else low = middle + 1
  }
  return low
}
