/** Longest value whose changed forms are looked at; longer ones are compared as they are. */
const longestDecoded = 16_384
const mostForms = 8

/**
 * The forms in which an app may hand a value on: as given, and decoded from URL, base64, HTML entities, JSON or compatibility
 * Unicode, up to two steps deep. Bounded: at most eight forms, none longer than the value's own length times three.
 */
export function forms(value: string): string[] {
  const found = [value]
  if (value.length > longestDecoded) return found
  for (let at = 0; at < found.length && found.length < mostForms; at += 1) {
    for (const decode of decoders) {
      const next = decode(found[at] as string)
      if (next !== null && next !== '' && !found.includes(next) && found.length < mostForms) found.push(next)
    }
    // Two steps: what the first step found is decoded once more, what that finds is not.
    if (at >= 3) break
  }
  return found
}

function decodeUrl(value: string): string | null {
  if (!value.includes('%') && !value.includes('+')) return null
  const spaced = value.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    // Some of it is not UTF-8: decode what is ASCII, as many frameworks do.
    return spaced.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  }
}

const named: Readonly<Record<string, string>> = {
  quot: '"',
  apos: "'",
  lt: '<',
  gt: '>',
  amp: '&',
  nbsp: ' ',
  num: '#',
  semi: ';',
  lpar: '(',
  rpar: ')',
  equals: '=',
  sol: '/',
  bsol: '\\',
  ast: '*',
  comma: ',',
  grave: '`',
  excl: '!',
  percnt: '%',
  vert: '|',
  NewLine: '\n',
  Tab: '\t',
}

function decodeEntities(value: string): string | null {
  if (!value.includes('&')) return null
  return value.replace(
    /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]{2,8}));/g,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return named[name] ?? whole
      const point = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number.parseInt(decimal, 10)
      return point <= 0x10_ffff ? String.fromCodePoint(point) : whole
    },
  )
}

function decodeJson(value: string): string | null {
  if (!value.includes('\\')) return null
  try {
    const quoted =
      value.startsWith('"') && value.endsWith('"') && value.length > 1 ? value : `"${value.replaceAll('"', '\\"')}"`
    return JSON.parse(quoted) as string
  } catch {
    return null
  }
}

const base64 = /^[A-Za-z0-9+/_-]{8,}={0,2}$/

function decodeBase64(value: string): string | null {
  const text = value.trim()
  if (!base64.test(text) || text.replace(/=+$/, '').length % 4 === 1) return null
  const decoded = Buffer.from(text, 'base64').toString('utf8')
  // A word that only looks like base64 decodes to noise.
  return isReadable(decoded) ? decoded : null
}

function isReadable(text: string): boolean {
  if (text.length === 0) return false
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 0xfffd || (code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 127) return false
  }
  return true
}

function normalise(value: string): string | null {
  for (let at = 0; at < value.length; at += 1)
    if (value.charCodeAt(at) > 127) return value.normalize('NFKC').replace(/[\u2018\u2019\u02bc]/g, "'")
  return null
}

const dropBackslashes = (value: string): string | null => (value.includes('\\') ? value.replace(/\\(.)/gs, '$1') : null)

const decoders: readonly ((value: string) => string | null)[] = [
  decodeUrl,
  decodeEntities,
  decodeJson,
  decodeBase64,
  normalise,
  dropBackslashes,
]
