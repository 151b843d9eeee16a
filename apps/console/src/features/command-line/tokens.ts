export interface Token {
  readonly text: string
  readonly start: number
  readonly end: number
  /** In quotes: never a flag. */
  readonly quoted: boolean
}
export interface TokenReading {
  readonly tokens: readonly Token[]
  readonly mistake: string | null
}

/** Splits a line at blanks. "…" takes \" and \\; '…' takes everything as it is. */
export function splitLine(line: string): TokenReading {
  const tokens: Token[] = []
  let at = 0
  while (at < line.length) {
    if (/\s/.test(line.charAt(at))) {
      at++
      continue
    }
    const start = at
    let text = ''
    let quoted = false
    while (at < line.length && !/\s/.test(line.charAt(at))) {
      const sign = line.charAt(at)
      if (sign !== '"' && sign !== "'") {
        text += sign
        at++
        continue
      }
      const part = readQuoted(line, at)
      text += part.text
      if (part.end === null) {
        tokens.push({ text, start, end: line.length, quoted: true })
        return { tokens, mistake: `The quote at column ${at + 1} is not closed: end it with ${sign}` }
      }
      quoted ||= at === start
      at = part.end
    }
    tokens.push({ text, start, end: at, quoted })
  }
  return { tokens, mistake: null }
}

function readQuoted(line: string, open: number): { text: string; end: number | null } {
  const sign = line.charAt(open)
  let text = ''
  for (let at = open + 1; at < line.length; at++) {
    const here = line.charAt(at)
    if (here === sign) return { text, end: at + 1 }
    if (sign === '"' && here === '\\' && (line.charAt(at + 1) === '"' || line.charAt(at + 1) === '\\')) at++
    text += line.charAt(at)
  }
  return { text, end: null }
}

/** As it must be typed so that it is one word. */
export const quote = (text: string): string =>
  /^[^\s"']+$/.test(text) ? text : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
