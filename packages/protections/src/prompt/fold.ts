/** A text as a model reads it: small letters without accents, invisible characters gone; positions lead back. */
export interface Folded {
  readonly text: string
  /** For each character of `text` where it stands in what was given; null when nothing moved. */
  readonly positions: Uint32Array | null
  /** Characters that nobody sees and that stood inside of words. */
  readonly invisible: number
  /** What was written with characters of Unicode's tag block, which nobody sees at all. */
  readonly tagged: string
}

const isAscii = /^[\0-\x7f]*$/
const marks = /\p{M}/gu

/** Zero-width characters, directions, joiners, soft hyphens, variation selectors. */
const isInvisible = (code: number): boolean =>
  code === 0xad ||
  code === 0x34f ||
  (code >= 0x200b && code <= 0x200f) ||
  (code >= 0x202a && code <= 0x202e) ||
  (code >= 0x2060 && code <= 0x2064) ||
  (code >= 0x2066 && code <= 0x206f) ||
  code === 0xfeff ||
  code === 0x180e ||
  (code >= 0xfe00 && code <= 0xfe0f) ||
  (code >= 0xe0100 && code <= 0xe01ef)

const isLetter = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 0xc0 && code <= 0x52f)

/** A flag of a region is written with tags too, after a black flag. */
const blackFlag = 0x1f3f4

export function fold(text: string): Folded {
  if (isAscii.test(text)) return { text: text.toLowerCase(), positions: null, invisible: 0, tagged: '' }
  const positions: number[] = []
  let out = ''
  let invisible = 0
  let tagged = ''
  let inFlag = false
  let before = 0
  for (let at = 0; at < text.length;) {
    const code = text.codePointAt(at) ?? 0
    const width = code > 0xffff ? 2 : 1
    if (code >= 0xe0000 && code <= 0xe007f) {
      if (!inFlag && code > 0xe001f && code < 0xe007f) tagged += String.fromCharCode(code - 0xe0000)
    } else if (isInvisible(code)) {
      // Joiners hold emoji and letters of some scripts together; between two Latin or Cyrillic letters they hide a word.
      if (isLetter(before) && isLetter(text.codePointAt(at + width) ?? 0)) invisible += 1
    } else {
      const plain = code < 128 ? text.charAt(at).toLowerCase() : plainOf(code)
      for (const char of plain) {
        out += char
        for (let unit = 0; unit < char.length; unit += 1) positions.push(at)
      }
      inFlag = code === blackFlag
      before = code
    }
    at += width
  }
  return { text: out, positions: Uint32Array.from(positions), invisible, tagged }
}

const plainForms = new Map<number, string>()

/** Without accents, and what only looks otherwise (full width, mathematical letters) as what it is. */
function plainOf(code: number): string {
  let plain = plainForms.get(code)
  if (plain === undefined) {
    const char = String.fromCodePoint(code)
    const parts = char.normalize('NFKD').toLowerCase()
    plain = isKeptWhole(code) ? char.toLowerCase() : parts.replaceAll(marks, '')
    if (plainForms.size > 4_000) plainForms.clear()
    plainForms.set(code, plain)
  }
  return plain
}

/** Scripts in which a mark is a letter of its own. */
const isKeptWhole = (code: number): boolean => code === 0x439 || code === 0x419 || (code >= 0x3040 && code <= 0xd7ff)

const lookalikes: Readonly<Record<string, string>> = {
  ...{ а: 'a', е: 'e', о: 'o', р: 'p', с: 'c', у: 'y', х: 'x', і: 'i', ј: 'j', ѕ: 's', ԁ: 'd', һ: 'h', ӏ: 'l', к: 'k' },
  ...{ α: 'a', ε: 'e', ο: 'o', ρ: 'p', υ: 'u', ι: 'i', ν: 'v', κ: 'k', τ: 't', ѵ: 'v', ɡ: 'g', ո: 'n', ս: 'u', г: 'r' },
  ...{ т: 't', м: 'm', п: 'n', в: 'b', н: 'h', ı: 'i' },
}

/** A word of Latin letters and such of other alphabets that look the same, in Latin letters; null for an honest one. */
export function withoutLookalikes(word: string): string | null {
  if (!/[a-z]/.test(word) || isAscii.test(word)) return null
  const plain = word.replaceAll(/[^a-z]/gu, (char) => lookalikes[char] ?? char)
  return /^[a-z]+$/.test(plain) ? plain : null
}

const leet: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

/** Digits and signs that stand for letters, read as these. */
export function withoutLeet(word: string): string | null {
  if (word.length < 3 || word.length > 40 || !/[a-z]/.test(word) || !/[013457@$!]/.test(word)) return null
  return word.replaceAll(/[013457@$!]/g, (sign) => leet[sign] ?? sign)
}
