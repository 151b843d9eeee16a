/** What a part of a filter (RFC 4515) is. */
export type FilterTokenKind =
  | 'open'
  | 'close'
  /** `&`, `|`, `!` */
  | 'operator'
  | 'attribute'
  /** `=`, `>=`, `<=`, `~=`, and of an extensible match all from the first colon to `:=` */
  | 'match'
  | 'value'
  /** `*` in an equality */
  | 'star'
  /** What stands where the grammar has no place for it, such as a parenthesis in a value. */
  | 'stray'

export interface FilterToken {
  readonly kind: FilterTokenKind
  readonly start: number
  readonly end: number
}

/** What is asserted of one attribute, as far as its value goes: stars and strays are in it. */
export interface Assertion {
  readonly attribute: string
  readonly start: number
  readonly end: number
}

export interface Filter {
  readonly text: string
  readonly tokens: readonly FilterToken[]
  readonly assertions: readonly Assertion[]
  /** Every parenthesis has its partner, and nothing stands where it should not. */
  readonly wellFormed: boolean
  /** How many parentheses are opened and not closed; below zero: closed and not opened. */
  readonly surplus: number
}

/** Reads any text as a filter, in one pass; libraries that want parentheses around a filter put missing ones there themselves. */
export function readFilter(text: string): Filter {
  return new Reader(text).read()
}

class Reader {
  readonly #text: string
  readonly #tokens: FilterToken[] = []
  readonly #assertions: Assertion[] = []
  #at = 0
  #depth = 0
  #surplus = 0
  #sound = true

  constructor(text: string) {
    this.#text = text
  }

  read(): Filter {
    const text = this.#text
    const isBare = !/^\s*\(/.test(text)
    if (isBare) this.#readItem()
    while (this.#at < text.length) {
      const sign = text.charAt(this.#at)
      if (sign === '(') this.#readOpen()
      else if (sign === ')') this.#readClose()
      else if (/\s/.test(sign)) this.#at += 1
      else this.#readStray()
    }
    const wellFormed = this.#sound && this.#depth === 0
    return { text, tokens: this.#tokens, assertions: this.#assertions, wellFormed, surplus: this.#surplus }
  }

  #readOpen(): void {
    this.#push('open', this.#at + 1)
    this.#depth += 1
    this.#surplus += 1
    this.#skipSpace()
    const sign = this.#text.charAt(this.#at)
    if (sign === '&' || sign === '|' || sign === '!') this.#push('operator', this.#at + 1)
    else if (sign !== '(' && sign !== ')' && sign !== '') this.#readItem()
  }

  #readClose(): void {
    this.#push('close', this.#at + 1)
    this.#depth -= 1
    this.#surplus -= 1
    if (this.#depth < 0) this.#sound = false
    if (this.#depth < 0) this.#depth = 0
    // Behind the last parenthesis nothing may follow.
    if (this.#depth === 0 && this.#text.slice(this.#at, this.#at + 64).trim() !== '') this.#sound = false
  }

  #readStray(): void {
    this.#push(
      'stray',
      endOf(this.#text, this.#at, (sign) => sign === '(' || sign === ')'),
    )
    this.#sound = false
  }

  /** `uid=maya`, `cn:dn:2.4.6:=x` */
  #readItem(): void {
    const attributeStart = this.#at
    const attributeEnd = endOf(this.#text, this.#at, (sign) => '=<>~:()'.includes(sign))
    this.#push('attribute', attributeEnd)
    const matchEnd = this.#endOfMatch()
    if (matchEnd === -1) {
      this.#sound = false
      return
    }
    const isEquality = matchEnd - this.#at === 1
    this.#push('match', matchEnd)
    const start = this.#at
    this.#readValue(isEquality)
    this.#assertions.push({ attribute: this.#text.slice(attributeStart, attributeEnd).trim(), start, end: this.#at })
  }

  /** @returns -1 where no comparison stands */
  #endOfMatch(): number {
    const text = this.#text
    const at = this.#at
    const sign = text.charAt(at)
    if (sign === '=') return at + 1
    if (sign === '<' || sign === '>' || sign === '~') return text.charAt(at + 1) === '=' ? at + 2 : at + 1
    if (sign !== ':') return -1
    const end = endOf(text, at, (next) => next === '=' || next === '(' || next === ')')
    return text.charAt(end) === '=' && text.charAt(end - 1) === ':' ? end + 1 : -1
  }

  #readValue(isEquality: boolean): void {
    const text = this.#text
    while (this.#at < text.length && text.charAt(this.#at) !== ')') {
      const sign = text.charAt(this.#at)
      if (sign === '*' && isEquality) this.#push('star', this.#at + 1)
      else if (sign === '(') {
        this.#push('stray', this.#at + 1)
        this.#surplus += 1
        this.#sound = false
      } else {
        this.#push(
          'value',
          endOf(text, this.#at, (next) => next === ')' || next === '(' || (next === '*' && isEquality)),
        )
      }
    }
  }

  #push(kind: FilterTokenKind, end: number): void {
    if (end > this.#at) this.#tokens.push({ kind, start: this.#at, end })
    this.#at = end
  }

  #skipSpace(): void {
    this.#at = endOf(this.#text, this.#at, (sign) => !/\s/.test(sign))
  }
}

function endOf(text: string, from: number, stops: (sign: string) => boolean): number {
  let at = from
  while (at < text.length && !stops(text.charAt(at))) at += 1
  return at
}

/** What a value says whose signs are escaped as `\2a`; null when nothing of it is. */
export function unescapeValue(value: string): string | null {
  if (!/\\[0-9a-f]{2}/i.test(value)) return null
  const bytes: number[] = []
  const encoder = new TextEncoder()
  for (const part of value.split(/(\\[0-9a-f]{2})/i)) {
    if (/^\\[0-9a-f]{2}$/i.test(part)) bytes.push(Number.parseInt(part.slice(1), 16))
    else for (const byte of encoder.encode(part)) bytes.push(byte)
  }
  return new TextDecoder().decode(Uint8Array.from(bytes))
}
