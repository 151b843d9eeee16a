/**
 * Tells at once of most values that they do not stand in a page, in any case and whatever signs of theirs were escaped. Never a wrong
 * no; now and then a wrong yes.
 */
export class Sieve {
  readonly #holds: (run: string) => boolean

  private constructor(holds: (run: string) => boolean) {
    this.#holds = holds
  }

  /** For many values and a whole page, which is read once. */
  static ofPage(page: string): Sieve {
    const grams = new Grams(page.toLowerCase())
    return new Sieve((run) => grams.mayHold(run))
  }

  /** For a part of a page. */
  static ofPart(part: string): Sieve {
    const lower = part.toLowerCase()
    return new Sieve((run) => run.length < shortestRun || lower.includes(run))
  }

  mayHold(value: string): boolean {
    if (!isSteady(value)) return true
    const run = longestRun(value).toLowerCase()
    if (this.#holds(run)) return true
    // What takes white space away leaves the same letters.
    const tight = run.replaceAll(' ', '')
    return tight.length < shortestRun || (tight !== run && this.#holds(tight))
  }
}

const shortestRun = 4

/** Neither an encoding nor a filter would make something else of it: its runs of letters stand wherever it does. */
export function isSteady(value: string): boolean {
  if (value.length > 1_024 || !steady.test(value) || rewritten.test(value)) return false
  const trimmed = value.trim()
  return !/^[{["]/.test(trimmed) && isNoCode.test(trimmed)
}

const steady = /^(?:[^%+\\&\0\x80-\uffff]|&(?![#A-Za-z]))*$/
/** A sign that neither base64 nor a token has. */
const isNoCode = /[^A-Za-z0-9+/_=.-]/
/** What filters take away, and tokens. */
const rewritten = /script|eyJ|\bon[a-z]+\s*=|<[^>]*<|>[^<]*>/i

/** Characters that no escaping touches. A tag may be taken away as a whole: the runs in it do not count. */
const runs = /<[^<>]*>|[A-Za-z0-9().:;,!?#@$*[\]|~^_-]+(?: [A-Za-z0-9().:;,!?#@$*[\]|~^_-]+)*/g

function longestRun(value: string): string {
  let best = ''
  // What is cut off keeps its beginning.
  const begin = value.length > 64 ? value.slice(0, 48) : value
  for (const [found] of begin.matchAll(runs)) if (found.length > best.length && !found.startsWith('<')) best = found
  return best.slice(0, 32)
}

/** Which sequences of three bytes a text has, roughly. */
class Grams {
  readonly #bits = new Uint8Array(1 << 14)

  constructor(lower: string) {
    const bytes = Buffer.from(lower, 'latin1')
    const bits = this.#bits
    let gram = 0
    for (let at = 0; at < bytes.length; at += 1) {
      gram = ((gram << 8) | (bytes[at] as number)) & 0xff_ffff
      const hash = Math.imul(gram, 0x9e37_79b1) >>> 15
      bits[hash >> 3] = (bits[hash >> 3] as number) | (1 << (hash & 7))
    }
  }

  /** @param wanted anything shorter than a sequence is held */
  mayHold(wanted: string): boolean {
    let gram = 0
    for (let at = 0; at < wanted.length; at += 1) {
      gram = ((gram << 8) | (wanted.charCodeAt(at) & 0xff)) & 0xff_ffff
      if (at < 2) continue
      const hash = Math.imul(gram, 0x9e37_79b1) >>> 15
      if (((this.#bits[hash >> 3] as number) & (1 << (hash & 7))) === 0) return false
    }
    return true
  }
}
