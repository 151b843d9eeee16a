import { forms } from '../text/forms.ts'
import { Recent } from '../text/recent.ts'

const mostForms = 96

export interface PathForm {
  readonly text: string
  /**
   * As it came or decoded; made for clean-ups, such as `....//`; what a clean-up would leave of any other; or a part between
   * separators. All but the first only count where the value does not stand as it came.
   */
  readonly made: 'whole' | 'doubled' | 'cleaned' | 'piece'
}

const known = new Recent<readonly PathForm[]>(1_024)

/** The forms in which an app may use a value as a path: as `forms` has them, and as file systems, decoders and clean-ups change them. */
export const pathForms = (value: string): readonly PathForm[] =>
  isBareWord(value) ? [{ text: value, made: 'whole' }] : known.get(value, () => makeForms(value))

/** Letters, digits, `_` and `-` that decode to nothing that can be read: most values of most requests. */
function isBareWord(value: string): boolean {
  if (value.length > longestWord || !/^[A-Za-z0-9_-]*$/.test(value)) return false
  if (/^(?:0x)?(?:[0-9a-f]{2})+$/i.test(value)) return false
  return value.length < 2 || /[\0-\x08\x0e-\x1f\x7f\ufffd]/.test(Buffer.from(value, 'base64').toString('utf8'))
}

const longestWord = 64

function makeForms(value: string): readonly PathForm[] {
  const found = new Map<string, PathForm>()
  const given = forms(value)
  for (const form of given) {
    const made = isCut(form, given) || isMangled(form, value) ? 'piece' : 'whole'
    for (const text of [form, ...shortDecoded(form), ...plainer(form)]) {
      if (found.size >= mostForms) return [...found.values()]
      if (made === 'whole' || !found.has(text)) found.set(text, { text, made })
      if (!text.includes('..') && !text.includes('./') && !text.includes('.\\')) continue
      const cleaned = made === 'piece' ? made : isDoubled(text) ? 'doubled' : 'cleaned'
      for (const left of cleanUps(text)) if (!found.has(left)) found.set(left, { text: left, made: cleaned })
    }
  }
  return [...found.values()]
}

const isDoubled = (text: string): boolean => /\.{4}[/\\]{2}|\.{3}[/\\]\.[/\\]/.test(text)

const longestCut = 4_096

/** A part of another form, between separators. */
function isCut(form: string, given: readonly string[]): boolean {
  if (form.length > longestCut || !form.includes('..')) return false
  return given.some((other) => {
    const at = other === form || other.length > longestCut ? -1 : other.indexOf(form)
    return (
      at !== -1 &&
      isSeparator(other.charAt(at - 1)) &&
      isSeparator(other.charAt(at + form.length)) &&
      other.trim() !== form.trim()
    )
  })
}

/** `\\files` read as an escape begins with a form feed, which no path holds. */
const isMangled = (form: string, value: string): boolean =>
  /[\x08\f\v\t\r\n]/.test(form) && !/[\x08\f\v\t\r\n%&]/.test(value)

const isSeparator = (sign: string): boolean => sign === '' || /[,;|&=\n\t]/.test(sign)

/** Base64 and hex of a few dots and names, too short to be taken for encoded text elsewhere. */
function shortDecoded(form: string): string[] {
  if (form.length > 14 || !/^[A-Za-z0-9+/_-]{2,}={0,2}$/.test(form)) return []
  const decoded = [Buffer.from(form, 'base64').toString('latin1')]
  if (/^(?:[0-9a-f]{2})+$/i.test(form)) decoded.push(Buffer.from(form, 'hex').toString('latin1'))
  const paths = decoded.filter(
    (text) => /^[\x20-\x7e]+$/.test(text) && /^[/\\]|\.\.|^\.$|^\.[/\\]|[/\\]\.$|%2[ef]/i.test(text),
  )
  return paths.flatMap((text) => (text.includes('%') ? [text, ...forms(text)] : [text]))
}

/** What lenient decoders, and those that keep one byte a character, make of letters beyond ASCII; and the text without white space. */
function plainer(form: string): string[] {
  const found: string[] = []
  const trimmed = form.trim()
  if (trimmed !== form && trimmed !== '') found.push(trimmed)
  if (/[^\0-\x7f]/.test(form)) {
    found.push(fromOverlong(form), fromLookAlikes(form), Buffer.from(form, 'latin1').toString('latin1'))
  }
  if (/[\0-\x20]/.test(trimmed)) found.push(trimmed.replace(/[\0-\x20]+/g, ''))
  if (/^file:/i.test(trimmed)) found.push(fromFileUrl(trimmed))
  else if (/^[a-z][a-z0-9+.-]{1,20}:\/\//i.test(trimmed)) found.push(pathOfUrl(trimmed))
  return found
}

const pathOfUrl = (url: string): string => url.replace(/^[^:]*:\/\/[^/\\?#]*/, '').replace(/[?#].*$/s, '')

/** UTF-8 that spends more bytes than needed: `%c0%ae` is a dot for decoders that do not mind. */
function fromOverlong(text: string): string {
  const plain = text.replace(
    /(?:[\u00c0\u00c1]|\u00e0\u0080|\u00f0\u0080\u0080)[\u0080-\u00bf]|[\u00c0\u00c1][\0-\x7f]/g,
    (bytes) => {
      const low = bytes.charCodeAt(bytes.length - 1) & 0x3f
      const high = bytes.charCodeAt(0) === 0xc1 ? 0x40 : 0
      return String.fromCharCode(low | high)
    },
  )
  // The other bytes stand for letters as they should.
  return /[^\0-\xff]/.test(plain) ? plain : Buffer.from(plain, 'latin1').toString('utf8')
}

/** What conversions to a smaller character set choose as the nearest. */
const fromLookAlikes = (text: string): string =>
  text
    .replace(/[\u2044\u2215\u29f8\uff0f]/g, '/')
    .replace(/[\u2216\u29f5\u29f9\uff3c]/g, '\\')
    .replace(/[\uff0e\u2024\u3002]/g, '.')

/** Clean-ups that run once, and so leave what stood around the part that they took. */
function cleanUps(text: string): string[] {
  const cleaned = [
    text.replaceAll('../', ''),
    text.replaceAll('..\\', ''),
    text.replace(/\.\.[/\\]/g, ''),
    text.replaceAll('./', ''),
    text.replace('../', ''),
  ]
  return cleaned.filter((left) => left !== text && left.includes('..'))
}

/** The path that a `file:` URL names, with its `..` kept. */
export function fromFileUrl(text: string): string {
  const path = text.replace(/^file:(?:[/\\]{2}[^/\\]*)?/i, '').replace(/[?#].*$/s, '')
  return decodePath(path).replace(/^[/\\]([A-Za-z]:)/, '$1')
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path.replace(/%([0-9a-f]{2})/gi, (_, byte: string) => String.fromCharCode(Number.parseInt(byte, 16)))
  }
}
