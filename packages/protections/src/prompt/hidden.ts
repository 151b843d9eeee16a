import { decodeBase64, decodeEntities, decodeHex, decodeUrl } from '../text/decodings.ts'

/** What is hidden in a part of a text, made readable. */
export interface Hidden {
  readonly text: string
  readonly start: number
  readonly end: number
}

const blob = /(?<![A-Za-z0-9+/_=-])(?:[A-Za-z0-9+/_-]{24,}={0,2}|(?:[0-9a-fA-F]{2}[ ,:]?){24,})(?![A-Za-z0-9+/_=-])/g
const mostBlobs = 20
const longest = 100_000

/** Parts that are encoded, and the whole text read another way where stems of the lexicon say that it may be. */
export function hiddenIn(text: string): Hidden[] {
  if (text.length > longest) return hiddenIn(text.slice(0, longest))
  const found: Hidden[] = []
  let seen = 0
  for (const match of text.matchAll(blob)) {
    if ((seen += 1) > mostBlobs) break
    const [part] = match
    const dense = part.replaceAll(/[ ,:]/g, '')
    const decoded = [...decodeHex(dense), ...decodeBase64(part)]
    for (const one of decoded) {
      if (/\p{L}{2}[ ,.:_-]\p{L}{2}/u.test(one))
        found.push({ text: one, start: match.index, end: match.index + part.length })
    }
  }
  const whole = (decoded: string): void => {
    if (decoded !== text) found.push({ text: decoded, start: 0, end: text.length })
  }
  if (/%[0-9a-f]{2}/i.test(text)) for (const one of decodeUrl(text)) whole(one)
  if (/&(?:#\w{2,8}|[a-z]{2,6});/i.test(text)) for (const one of decodeEntities(text)) whole(one)
  if (/\\u[0-9a-f]{4}|\\x[0-9a-f]{2}/i.test(text))
    whole(
      text.replaceAll(/\\(?:u([0-9a-f]{4})|x([0-9a-f]{2}))/gi, (_, wide?: string, byte?: string) =>
        String.fromCharCode(Number.parseInt(wide ?? byte ?? '20', 16)),
      ),
    )
  if (turned.test(text)) whole(rot13(text))
  if (backwards.test(text)) whole(Array.from(text).reverse().join(''))
  if (/(?:[.-]{1,6}[ /|]+){12}/.test(text)) {
    const said = fromMorse(text)
    if (said !== null) whole(said)
  }
  return found
}

const rot13 = (text: string): string =>
  text.replaceAll(/[a-z]/gi, (letter) => {
    const base = letter <= 'Z' ? 65 : 97
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base)
  })

/** `ignore`, `instructions`, `previous`, `prompt`, `system`, `disregard`, `reveal`, `forget`, thirteen letters on. */
const turned = /\b(?:vtaber|vafgehpgvbaf?|cerivbhf|cebzcg|flfgrz|qvfertneq|erirny|sbetrg)\b/i
const backwards = /\b(?:snoitcurtsni|tpmorp|erongi|suoiverp|drageersid|metsys|laever|tegrof|selur)\b/i

const morse: Readonly<Record<string, string>> = Object.fromEntries(
  '.- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --..'
    .split(' ')
    .map((sign, index) => [sign, String.fromCharCode(97 + index)]),
)

function fromMorse(text: string): string | null {
  const row = /[.\-/| \n]{24,}/.exec(text)?.[0]
  if (row === undefined) return null
  const said = row
    .split(/\s*[/|]\s*|\s{2,}/)
    .map((word) =>
      word
        .split(' ')
        .map((sign) => morse[sign] ?? '')
        .join(''),
    )
    .join(' ')
  return /[a-z]{3} [a-z]{2}/.test(said) ? said : null
}
