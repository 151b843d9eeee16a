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
  return token?.kind === 'name' ? readEscapes(text.slice(token.start, token.end)) : ''
}

/** What a string at that place says, or null where none stands. */
export function stringAt({ text, tokens }: Code, index: number): string | null {
  const token = tokens[index]
  return token?.kind === 'string' ? readEscapes(text.slice(token.contentStart, token.contentEnd)) : null
}

const readEscapes = (raw: string): string =>
  raw.includes('\\')
    ? raw.replace(
        /\\(?:u\{0*([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-7]{1,3})|\r\n|([^]))/g,
        (_, wide?: string, four?: string, two?: string, octal?: string, sign?: string) => {
          if (sign !== undefined) return sign === '\n' ? '' : sign
          const point = octal === undefined ? Number.parseInt(wide ?? four ?? two ?? '', 16) : Number.parseInt(octal, 8)
          return point <= 0x10_ffff ? String.fromCodePoint(point) : ''
        },
      )
    : raw

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
