/** The lower-cased letters and digits of a text, and where each stood. */
export interface Skeleton {
  readonly text: string
  /** `positions[i]` is the index in the original of the i-th character. */
  readonly positions: Uint32Array
}

const isKept = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code > 127

/**
 * What is left of a text when white space, quotes and signs are taken away: what survives most of the cleaning that apps do.
 * Positions are kept, so that a match can be carried back.
 * @param lower the text, lower-cased without a change of length
 */
export function skeleton(lower: string): Skeleton {
  const positions = new Uint32Array(lower.length)
  let kept = 0
  let out = ''
  let runStart = -1
  for (let at = 0; at <= lower.length; at += 1) {
    if (at < lower.length && isKept(lower.charCodeAt(at))) {
      positions[kept] = at
      kept += 1
      if (runStart === -1) runStart = at
    } else if (runStart !== -1) {
      out += lower.slice(runStart, at)
      runStart = -1
    }
  }
  return { text: out, positions: positions.subarray(0, kept) }
}

/** `toLowerCase` that never changes the length, so that positions stay true: a few letters lower to two. */
export function toLowerSameLength(text: string): string {
  const lower = text.toLowerCase()
  if (lower.length === text.length) return lower
  let out = ''
  for (const char of text) {
    const small = char.toLowerCase()
    out += small.length === char.length ? small : char
  }
  return out
}

/** How many of the rising positions are below the index. */
export function countBelow(positions: Uint32Array, index: number): number {
  let low = 0
  let high = positions.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((positions[middle] as number) < index) low = middle + 1
    else high = middle
  }
  return low
}
