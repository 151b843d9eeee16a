/** Letters and digits at an end of a value that are looked up. */
const lookedUp = 5

/**
 * Which sequences of three letters or digits a text has, roughly: never a wrong no, now and then a wrong yes. Tells at once that most
 * of a request's values do not occur in a statement, whatever signs an app put between their letters.
 */
export class Trigrams {
  readonly #bits: Uint32Array
  readonly #mask: number

  /** @param skeleton lower-cased letters and digits */
  constructor(skeleton: string) {
    let size = 1_024
    while (size < skeleton.length * 16 && size < 1 << 24) size *= 2
    this.#bits = new Uint32Array(size >> 5)
    this.#mask = size - 1
    let first = skeleton.charCodeAt(0)
    let second = skeleton.charCodeAt(1)
    for (let at = 2; at < skeleton.length; at += 1) {
      const third = skeleton.charCodeAt(at)
      const hash = mix(first, second, third) & this.#mask
      this.#bits[hash >> 5] = (this.#bits[hash >> 5] as number) | (1 << (hash & 31))
      first = second
      second = third
    }
  }

  /** False: the first letters and digits of the value certainly do not stand together in the text. */
  mayHoldBeginning(value: string): boolean {
    let first = 0
    let second = 0
    for (let at = 0, kept = 0; at < value.length && kept < lookedUp; at += 1) {
      const third = keptCode(value.charCodeAt(at))
      if (third === 0) continue
      // Beyond ASCII, changes of case are not followed here.
      if (third > 127) return true
      kept += 1
      if (kept > 2 && !this.#has(first, second, third)) return false
      first = second
      second = third
    }
    return true
  }

  mayHoldEnd(value: string): boolean {
    let second = 0
    let third = 0
    for (let at = value.length - 1, kept = 0; at >= 0 && kept < lookedUp; at -= 1) {
      const first = keptCode(value.charCodeAt(at))
      if (first === 0) continue
      if (first > 127) return true
      kept += 1
      if (kept > 2 && !this.#has(first, second, third)) return false
      third = second
      second = first
    }
    return true
  }

  #has(first: number, second: number, third: number): boolean {
    const hash = mix(first, second, third) & this.#mask
    return ((this.#bits[hash >> 5] as number) & (1 << (hash & 31))) !== 0
  }
}

const mix = (first: number, second: number, third: number): number => {
  const mixed = Math.imul(first * 961 + second * 31 + third, 0x9e3779b1)
  return mixed ^ (mixed >>> 15)
}

/** The code of a letter, lower-cased, or digit; 0 for a sign. */
function keptCode(code: number): number {
  if (code >= 97 ? code <= 122 : code >= 48 && code <= 57) return code
  if (code >= 65 && code <= 90) return code + 32
  return code > 127 ? code : 0
}
