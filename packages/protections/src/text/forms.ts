import * as decodings from './decodings.ts'
import type { Decoding } from './decodings.ts'

/** Longest value whose changed forms are looked at; longer ones are compared as they are. */
const longestDecoded = 65_536
const mostForms = 48

/** Characters that tell which decodings a value could be meant for, one bit a kind. */
const signs = {
  percent: 1,
  plus: 2,
  ampersand: 4,
  backslash: 8,
  dot: 16,
  separator: 32,
  space: 64,
  json: 128,
  other: 256,
  wide: 512,
}
const { percent, plus, ampersand, backslash, dot, separator, space, json, wide } = signs

const kinds = new Uint16Array(128).fill(signs.other)
const mark = (characters: string, kind: number): void => {
  for (const character of characters) kinds[character.charCodeAt(0)] = kind
}
mark('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-/', 0)
mark('%', percent)
mark('+', plus)
mark('&', ampersand)
mark('\\', backslash)
mark('.', dot)
mark(',;|', separator)
mark('=\n\t', separator | space)
mark(' \r', space)
mark('{["', json)

function signsOf(value: string): number {
  let found = 0
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at)
    found |= code > 127 ? wide : (kinds[code] as number)
  }
  return found
}

/** Each decoding with the signs of which a value must have one, and those that it must not have. */
const encodings: readonly { readonly decode: Decoding; readonly needs: number; readonly without: number }[] = [
  { decode: decodings.decodeUrl, needs: percent | plus, without: 0 },
  { decode: decodings.decodeEntities, needs: ampersand, without: 0 },
  { decode: decodings.decodeJson, needs: json | backslash, without: 0 },
  {
    decode: decodings.decodeBase64,
    needs: 0,
    without: percent | ampersand | backslash | dot | json | signs.other | wide,
  },
  {
    decode: decodings.decodeHex,
    needs: 0,
    without: percent | plus | ampersand | dot | separator | json | signs.other | wide,
  },
  { decode: decodings.decodeToken, needs: dot, without: signs.other | json | percent },
  { decode: decodings.normaliseUnicode, needs: wide, without: 0 },
  { decode: decodings.dropBackslashes, needs: backslash, without: 0 },
]
const cuts: typeof encodings = [
  { decode: decodings.splitPieces, needs: separator | ampersand, without: 0 },
  { decode: decodings.squeezeSpace, needs: space, without: 0 },
]

/**
 * The forms in which an app may hand a value on: as given, decoded up to three steps deep (URL, base64, hex, HTML entities, JSON,
 * Unicode), then cut at separators and freed of white space. At most 48, none longer than three times the value.
 */
export function forms(value: string): readonly string[] {
  if (value.length > longestDecoded) return [value]
  const given: Form = { text: value, has: signsOf(value) }
  if (!encodings.some((encoding) => fits(encoding, given))) return cutForms(given)
  const found = new Set([value])
  const all = [given]
  let latest: readonly Form[] = all
  for (let step = 0; step < 3 && latest.length > 0; step += 1) {
    latest = decodeAll(latest, found)
    all.push(...latest)
  }
  for (const form of all) addCuts(form, found)
  return [...found]
}

/** Longer values are rare, and looking them through twice costs more than it saves. */
const longestPlain = 1_024

/**
 * True when nothing of the value can be decoded or cut: then each of its forms has the value's letters and digits, in their order.
 * Never a wrong yes; now and then a wrong no.
 */
export function isPlain(value: string): boolean {
  if (value.length > longestPlain) return value.length > longestDecoded
  const has = signsOf(value)
  if ((has & (percent | plus | ampersand | backslash | separator | json | wide)) !== 0) return false
  // Neither base64 nor hex holds these, and a token begins with `eyJ`.
  const isNoCode = (has & (signs.other | dot)) !== 0 || /\S \S/.test(value)
  return isNoCode && !value.includes('eyJ')
}

/** A text with its signs, which are looked for once. */
interface Form {
  readonly text: string
  readonly has: number
}

/** Of what is not encoded, as most values are. */
function cutForms(given: Form): readonly string[] {
  if (!cuts.some((cut) => fits(cut, given))) return [given.text]
  const found = new Set([given.text])
  addCuts(given, found)
  return [...found]
}

const fits = ({ needs, without }: (typeof encodings)[number], { has }: Form): boolean =>
  (needs === 0 || (has & needs) !== 0) && (has & without) === 0

/** @returns what was not known yet; `found` has it too */
function decodeAll(given: readonly Form[], found: Set<string>): Form[] {
  const fresh: Form[] = []
  for (const form of given) {
    for (const encoding of encodings) {
      if (!fits(encoding, form)) continue
      for (const text of encoding.decode(form.text)) {
        if (found.size >= mostForms) return fresh
        if (text === '' || found.has(text)) continue
        found.add(text)
        fresh.push({ text, has: signsOf(text) })
      }
    }
  }
  return fresh
}

function addCuts(given: Form, found: Set<string>): void {
  for (const cut of cuts) {
    if (!fits(cut, given)) continue
    for (const text of cut.decode(given.text)) if (text !== '' && found.size < mostForms) found.add(text)
  }
}
