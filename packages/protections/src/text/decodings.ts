/** Each gives back what an app may have made of a value, or nothing when the value does not look encoded that way. */
export type Decoding = (value: string) => readonly string[]

const none: readonly string[] = []

export const decodeUrl: Decoding = (value) => {
  if (!value.includes('%') && !value.includes('+')) return none
  const spaced = value.replaceAll('+', ' ')
  try {
    return [decodeURIComponent(spaced)]
  } catch {
    // Not UTF-8 throughout, or `%u0027`: decode what can be decoded, as lenient frameworks do.
    return [
      spaced.replace(/%(?:u([0-9a-f]{4})|([0-9a-f]{2}))/gi, (_, wide?: string, byte?: string) => fromHex(wide ?? byte)),
    ]
  }
}

const fromHex = (hex: string | undefined): string => String.fromCharCode(Number.parseInt(hex ?? '0', 16))

const named: Readonly<Record<string, string>> = {
  ...{
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
  },
  ...{
    sol: '/',
    bsol: '\\',
    ast: '*',
    comma: ',',
    grave: '`',
    excl: '!',
    percnt: '%',
    vert: '|',
    verbar: '|',
    plus: '+',
  },
  ...{
    lsqb: '[',
    rsqb: ']',
    lcub: '{',
    rcub: '}',
    commat: '@',
    colon: ':',
    period: '.',
    lowbar: '_',
    NewLine: '\n',
    Tab: '\t',
  },
}

export const decodeEntities: Decoding = (value) => {
  if (!value.includes('&')) return none
  const pattern = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]{2,8}));?/g
  return [
    value.replace(pattern, (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return Object.hasOwn(named, name) ? (named[name] as string) : whole
      const point = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number.parseInt(decimal, 10)
      return point <= 0x10_ffff ? String.fromCodePoint(point) : whole
    }),
  ]
}

const mostLeaves = 32

/** The texts in a JSON document, names included; or what a JSON or JavaScript string literal with these escapes says. */
export const decodeJson: Decoding = (value) => {
  if (looksLikeJson(value)) {
    try {
      return jsonLeaves(JSON.parse(value))
    } catch {
      // Not JSON after all; its escapes may still be read.
    }
  }
  if (!value.includes('\\')) return none
  return [
    value.replace(
      /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\\'"/bfnrt]))/g,
      (_, wide?: string, byte?: string, sign?: string) =>
        sign === undefined ? fromHex(wide ?? byte) : (controls[sign] ?? sign),
    ),
  ]
}

/** A failed parse costs more than all the rest, and headers like to begin with a quote. */
function looksLikeJson(value: string): boolean {
  const text = value.trim()
  const ends = `${text.charAt(0)}${text.charAt(text.length - 1)}`
  if (ends === '""') return text.length > 1 && (text.indexOf('"', 1) === text.length - 1 || text.includes('\\"'))
  return ends === '{}' || ends === '[]'
}

const controls: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

function jsonLeaves(document: unknown): string[] {
  const leaves: string[] = []
  const rest: unknown[] = [document]
  for (let steps = 0; rest.length > 0 && leaves.length < mostLeaves && steps < 10_000; steps += 1) {
    const next = rest.shift()
    if (typeof next === 'string') leaves.push(next)
    else if (Array.isArray(next)) for (const item of next.slice(0, mostLeaves)) rest.push(item)
    else if (typeof next === 'object' && next !== null) {
      for (const [name, child] of Object.entries(next).slice(0, mostLeaves)) rest.push(child, name)
    }
  }
  return leaves
}

/** A short one is told from a word by its padding. */
const base64 = /^(?:[A-Za-z0-9+/_-]{8,}={0,2}|[A-Za-z0-9+/_-]{2,7}={1,2})$/
const hexDigits = /^(?:0x|\\x)?(?:[0-9a-fA-F]{2}){4,}$/

export const decodeBase64: Decoding = (value) => {
  const text = value.trim()
  if (!base64.test(text) || text.replace(/=+$/, '').length % 4 === 1) return none
  return readable(Buffer.from(text, 'base64'))
}

export const decodeHex: Decoding = (value) =>
  hexDigits.test(value) ? readable(Buffer.from(value.replace(/^(?:0x|\\x)/, ''), 'hex')) : none

/** A word that only looks encoded decodes to noise. All that a language takes for white space may stand in it. */
function readable(bytes: Buffer): readonly string[] {
  const text = bytes.toString('utf8')

  return text === '' || /[\0-\x08\x0e-\x1f\x7f\ufffd]/.test(text) ? none : [text]
}

/** The parts of a JSON Web Token. */
export const decodeToken: Decoding = (value) => {
  const at = value.indexOf('eyJ')
  return at === -1 || !value.includes('.', at) ? none : value.slice(at).split('.', 3)
}

/** Canonical and compatibility forms, and the quotes that some databases and clean-ups take for an apostrophe. */
export const normaliseUnicode: Decoding = (value) => {
  if (!/[^\0-\x7f]/.test(value)) return none
  const compatible = value.normalize('NFKC')
  return [value.normalize('NFC'), compatible, compatible.replace(/[\u2018\u2019\u201b\u02b9\u02bc\u2032]/g, "'")]
}

export const dropBackslashes: Decoding = (value) =>
  value.includes('\\') ? [value.replace(/\\(.)/gs, '$1'), value.replaceAll('\\', '')] : none

const mostPieces = 24

/** What stands between separators, where it could be more than a word. */
export const splitPieces: Decoding = (value) => {
  if (!/'|--|\|\||\b(?:or|and|xor|union|select)\b/i.test(value)) return none
  const pieces = value.split(/[,;|&=\n\t]/, mostPieces)
  return pieces.length < 2 ? none : pieces.filter((piece) => piece.length > 3)
}

/** White space collapsed and taken away; longer values are found by their letters. */
export const squeezeSpace: Decoding = (value) =>
  value.length <= 64 && /\s/.test(value) && /['"`=|&;-]/.test(value)
    ? [value.replace(/\s+/g, ' '), value.replace(/\s+/g, '')]
    : none
