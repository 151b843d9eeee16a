import type { Codes } from './codes.ts'
import { passesLuhn, passesMod97 } from './checksums.ts'

/** A number that stands in a text. */
export interface FoundNumber {
  readonly start: number
  readonly end: number
  readonly digits: string
  /** Written in groups, as cards are. */
  readonly isGrouped: boolean
}

/** First digits of the issuers, from and to, and the lengths that they give out. */
const issuers: readonly (readonly [from: number, to: number, ...lengths: number[]])[] = [
  [4, 4, 13, 16, 19],
  [51, 55, 16],
  [2221, 2720, 16],
  [34, 34, 15],
  [37, 37, 15],
  [6011, 6011, 16, 19],
  [644, 659, 16, 19],
  [300, 305, 14, 16],
  [3095, 3095, 14, 16],
  [36, 36, 14, 16],
  [38, 39, 14, 16],
  [3528, 3589, 16, 19],
  [62, 62, 16, 17, 18, 19],
  [2200, 2204, 16],
  [5018, 5018, 16],
  [5020, 5020, 16],
  [5038, 5038, 16],
  [5893, 5893, 16],
  [6304, 6304, 16],
  [6759, 6763, 16],
  [9792, 9792, 16],
]

const isIssued = (digits: string): boolean =>
  issuers.some(([from, to, ...lengths]) => {
    const first = Number(digits.slice(0, String(from).length))
    return first >= from && first <= to && lengths.includes(digits.length)
  })

const cardShape =
  /(?<![\w.+#/-])(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|\d{4}([ -])\d{6}\2\d{4,5})(?![\w%-]|[.,]\d)/g

/** Numbers that an issuer of cards may have given out, their check digit included. */
export function findCards(text: string): FoundNumber[] {
  const found: FoundNumber[] = []
  for (const { 0: shown, index } of text.matchAll(cardShape)) {
    const digits = shown.replaceAll(/\D/g, '')
    if (!isIssued(digits) || !passesLuhn(digits) || /^(\d)\1*$/.test(digits)) continue
    found.push({ start: index, end: index + shown.length, digits, isGrouped: shown.length > digits.length })
  }
  return found
}

const ibanLengths: Readonly<Record<string, number>> = {
  ...{ AD: 24, AE: 23, AL: 28, AT: 20, AZ: 28, BA: 20, BE: 16, BG: 22, BH: 22, BI: 27, BR: 29, BY: 28, CH: 21 },
  ...{ CR: 22, CY: 28, CZ: 24, DE: 22, DJ: 27, DK: 18, DO: 28, EE: 20, EG: 29, ES: 24, FI: 18, FK: 18, FO: 18 },
  ...{ FR: 27, GB: 22, GE: 22, GI: 23, GL: 18, GR: 27, GT: 28, HN: 28, HR: 21, HU: 28, IE: 22, IL: 23, IQ: 23 },
  ...{ IS: 26, IT: 27, JO: 30, KW: 30, KZ: 20, LB: 28, LC: 32, LI: 21, LT: 20, LU: 20, LV: 21, LY: 25, MC: 27 },
  ...{ MD: 24, ME: 22, MK: 19, MN: 20, MR: 27, MT: 31, MU: 30, NI: 28, NL: 18, NO: 15, OM: 23, PK: 24, PL: 28 },
  ...{ PS: 29, PT: 25, QA: 29, RO: 24, RS: 22, RU: 33, SA: 24, SC: 31, SD: 18, SE: 24, SI: 19, SK: 24, SM: 27 },
  ...{ SO: 23, ST: 25, SV: 28, TL: 23, TN: 24, TR: 26, UA: 29, VA: 22, VG: 24, XK: 20, YE: 30 },
}

const ibanStart = /(?<![A-Za-z0-9])([A-Z]{2})\d{2}(?= ?[A-Z0-9])/g

/** International bank account numbers whose country, length and check digits agree. */
export function findIbans(text: string): FoundNumber[] {
  const found: FoundNumber[] = []
  for (const { 1: country = '', index } of text.matchAll(ibanStart)) {
    const length = ibanLengths[country]
    if (length === undefined) continue
    let iban = ''
    let at = index
    for (; at < text.length && iban.length < length; at += 1) {
      const sign = text.charAt(at)
      if (/[A-Z0-9]/.test(sign)) iban += sign
      else if (sign !== ' ' || text.charAt(at - 1) === ' ') break
    }
    if (iban.length < length || /[A-Za-z0-9]/.test(text.charAt(at)) || !passesMod97(iban)) continue
    found.push({ start: index, end: at, digits: iban, isGrouped: at - index > iban.length })
  }
  return found
}

/** Whether enough digits stand together for a card, or an IBAN begins: most texts with digits are times and ids. */
export function mayHoldNumber(codes: Codes, from: number, to: number): boolean {
  let digits = 0
  let capitals = 0
  for (let at = from; at < to; at += 1) {
    const code = codes[at] as number
    if (code >= 48 && code <= 57) {
      digits += 1
      if (digits > 12 || (capitals === 2 && digits === 2)) return true
    } else if (code !== 32 && code !== 45) {
      capitals = code >= 65 && code <= 90 ? (digits === 0 ? capitals + 1 : 1) : 0
      digits = 0
    }
  }
  return false
}
