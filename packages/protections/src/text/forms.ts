import * as decodings from './decodings.ts'
import type { Decoding } from './decodings.ts'

/** Longest value whose changed forms are looked at; longer ones are compared as they are. */
const longestDecoded = 65_536
const mostForms = 48

const encodings: readonly Decoding[] = [
  decodings.decodeUrl,
  decodings.decodeEntities,
  decodings.decodeJson,
  decodings.decodeBase64,
  decodings.decodeHex,
  decodings.decodeToken,
  decodings.normaliseUnicode,
  decodings.dropBackslashes,
]
const cuts: readonly Decoding[] = [decodings.splitPieces, decodings.squeezeSpace]

/**
 * The forms in which an app may hand a value on: as given, decoded up to three steps deep (URL, base64, hex, HTML entities, JSON,
 * Unicode), then cut at separators and freed of white space. At most 48, none longer than three times the value.
 */
export function forms(value: string): readonly string[] {
  if (value.length > longestDecoded) return [value]
  const found = new Set([value])
  let latest: readonly string[] = [value]
  for (let step = 0; step < 3 && latest.length > 0; step += 1) latest = applyAll(encodings, latest, found)
  applyAll(cuts, [...found], found)
  return [...found]
}

/** @returns what was not known yet; `found` has it too */
function applyAll(all: readonly Decoding[], values: readonly string[], found: Set<string>): string[] {
  const fresh: string[] = []
  for (const value of values) {
    for (const decode of all) {
      for (const next of decode(value)) {
        if (found.size >= mostForms) return fresh
        if (next === '' || found.has(next)) continue
        found.add(next)
        fresh.push(next)
      }
    }
  }
  return fresh
}
