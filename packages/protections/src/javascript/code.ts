import type { Token } from './token.ts'
import { tokenise } from './tokenise.ts'

/** A tokenised script, read by token index; an index outside of it is answered with nothing. */
export interface Code {
  readonly text: string
  readonly tokens: readonly Token[]
}

/** The tokens `first` to `last`, both included, that a part of the text touches. */
export interface Range {
  readonly first: number
  readonly last: number
}

export const readCode = (text: string): Code => ({ text, tokens: tokenise(text) })

export const kindAt = (code: Code, index: number): Token['kind'] | null => code.tokens[index]?.kind ?? null

/** The name at that place with its escapes read, or ''. */
export function nameAt({ text, tokens }: Code, index: number): string {
  const token = tokens[index]
  if (token?.kind !== 'name') return ''
  const name = text.slice(token.start, token.end)
  return name.includes('\\')
    ? name.replace(/\\u(?:([0-9a-fA-F]{4})|\{0*([0-9a-fA-F]{1,6})\})/g, (_, four?: string, more?: string) => {
        const point = Number.parseInt(four ?? more ?? '0', 16)
        return point <= 0x10_ffff ? String.fromCodePoint(point) : ''
      })
    : name
}

/** The punctuator at that place, or ''. */
export function signAt({ text, tokens }: Code, index: number): string {
  const token = tokens[index]
  return token?.kind === 'punctuator' ? text.slice(token.start, token.end) : ''
}

/** The name is a property's, behind a dot. */
export const isMember = (code: Code, index: number): boolean => /^\??\.$/.test(signAt(code, index - 1))

/** A part of a template that no substitution touches. */
export function isWholeTemplate({ text, tokens }: Code, index: number): boolean {
  const token = tokens[index]
  return token?.kind === 'template' && text.charCodeAt(token.start) === 96 && text.charCodeAt(token.end - 1) === 96
}

/** Binary search, since a script may hold a million tokens and be asked about by many inputs. */
export function tokensBetween({ tokens }: Code, start: number, end: number): Range | null {
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
