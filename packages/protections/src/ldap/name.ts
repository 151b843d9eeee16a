/** What a part of a distinguished name (RFC 4514, and what RFC 2253 had beside it) is. */
export type NameTokenKind =
  | 'attribute'
  | 'equals'
  | 'value'
  /** `,`, and `;` of old */
  | 'separator'
  /** `+`: one more attribute of the same entry's name */
  | 'plus'
  /** Text where an attribute and its value should stand. */
  | 'stray'

export interface NameToken {
  readonly kind: NameTokenKind
  readonly start: number
  readonly end: number
}

export interface Name {
  readonly text: string
  readonly tokens: readonly NameToken[]
}

/** Reads any text as a name, in one pass. */
export function readName(text: string): Name {
  const tokens: NameToken[] = []
  let at = 0
  const push = (kind: NameTokenKind, end: number): void => {
    if (end > at) tokens.push({ kind, start: at, end })
    at = end
  }
  while (at < text.length) {
    const end = endOfType(text, at)
    const isPair = text.charAt(end) === '='
    push(isPair ? 'attribute' : 'stray', end)
    if (isPair) {
      push('equals', at + 1)
      while (text.charAt(at) === ' ') at += 1
      push('value', endOfValue(text, at))
    }
    if (at < text.length) push(text.charAt(at) === '+' ? 'plus' : 'separator', at + 1)
  }
  return { text, tokens }
}

function endOfType(text: string, from: number): number {
  let at = from
  while (at < text.length && !'=,;+'.includes(text.charAt(at))) at += text.charAt(at) === '\\' ? 2 : 1
  return Math.min(at, text.length)
}

function endOfValue(text: string, from: number): number {
  let at = from
  let quoted = text.charAt(at) === '"'
  if (quoted) at += 1
  while (at < text.length) {
    const sign = text.charAt(at)
    if (sign === '\\') at += 1
    else if (quoted && sign === '"') quoted = false
    else if (!quoted && (sign === ',' || sign === ';' || sign === '+')) return at
    at += 1
  }
  return Math.min(at, text.length)
}
