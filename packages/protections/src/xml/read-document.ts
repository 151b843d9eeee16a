/** One declaration of an entity in a document type, as far as it says something that matters here. */
export interface Entity {
  readonly name: string
  /** Declared with `%`: for the declarations themselves. */
  readonly isParameter: boolean
  readonly start: number
  readonly end: number
  /** What it stands for, character references resolved; null where it stands elsewhere. */
  readonly text: string | null
  readonly external: ExternalId | null
}

export interface ExternalId {
  readonly publicId: string | null
  readonly systemId: string
  readonly start: number
  readonly end: number
}

/** Something in the document that asks for another text. */
export interface Outside extends ExternalId {
  readonly what: 'subset' | 'include'
}

export interface Document {
  readonly entities: readonly Entity[]
  readonly outside: readonly Outside[]
  /** `&name;` everywhere but in declarations of entities: how often each stands there. */
  readonly references: ReadonlyMap<string, number>
}

/** Entities beyond these are not read: with the first ones of a document's all is said. */
const mostEntities = 4_096
const includes = 'http://www.w3.org/2001/XInclude'

/**
 * The declarations of a document, or of a part of one, that reach out of it or stand for other text. Linear. Lenient where parsers
 * are: what is no XML is stepped over, and what has not ended says nothing yet.
 */
export function readDocument(text: string): Document {
  return new Reader(text).read()
}

class Reader {
  readonly #text: string
  readonly #entities: Entity[] = []
  readonly #outside: Outside[] = []
  readonly #references = new Map<string, number>()
  #at = 0
  /** The next `&`. */
  #reference: number
  readonly #knowsIncludes: boolean

  constructor(text: string) {
    this.#text = text
    this.#reference = text.indexOf('&')
    this.#knowsIncludes = text.includes(includes)
  }

  read(): Document {
    const text = this.#text
    // Without either nothing is declared and nothing included.
    if (this.#knowsIncludes || /<!DOCTYPE/i.test(text)) {
      for (let next = text.indexOf('<'); next !== -1; next = text.indexOf('<', this.#at)) {
        this.#countReferences(this.#at, next)
        this.#at = next
        this.#readMarkup()
      }
      this.#countReferences(this.#at, text.length)
    }
    return { entities: this.#entities, outside: this.#outside, references: this.#references }
  }

  #readMarkup(): void {
    const text = this.#text
    const at = this.#at
    if (text.startsWith('<!--', at)) this.#skipBehind('-->', at + 4)
    else if (text.startsWith('<?', at)) this.#skipBehind('?>', at + 2)
    else if (text.startsWith('<![CDATA[', at)) this.#skipBehind(']]>', at + 9)
    else if (text.startsWith('<!', at) && /^doctype$/i.test(text.slice(at + 2, at + 9))) this.#readDocumentType(at + 9)
    else this.#readTag(at + 1)
  }

  #skipBehind(end: string, from: number): void {
    const found = this.#text.indexOf(end, from)
    this.#at = found === -1 ? this.#text.length : found + end.length
  }

  #readTag(from: number): void {
    const end = endOfMarkup(this.#text, from)
    this.#countReferences(from, end)
    if (this.#knowsIncludes) this.#readInclude(from, end)
    this.#at = end
  }

  /** `<xi:include href="…">`: whatever prefix the document gave to that name space. */
  #readInclude(from: number, end: number): void {
    if (end - from > 8_192) return
    const tag = this.#text.slice(from, end)
    if (!/^(?:[^\s<>/:'"]+:)?include(?:\s|\/|$)/.test(tag)) return
    const href = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)')/.exec(tag)
    const systemId = href?.[1] ?? href?.[2] ?? ''
    if (systemId === '') return
    this.#outside.push({ what: 'include', publicId: null, systemId: resolve(systemId), start: from - 1, end })
  }

  #readDocumentType(from: number): void {
    const text = this.#text
    const start = from - 9
    let at = skipName(text, skipSpace(text, from))
    const external = readExternalId(text, skipSpace(text, at))
    if (external) {
      at = external.end
      if (external.systemId !== '') this.#outside.push({ ...external, what: 'subset', start })
    }
    at = skipSpace(text, at)
    if (text.charCodeAt(at) === 91) at = this.#readDeclarations(at + 1, text.length)
    // An unfinished one takes the rest; else whatever stands before its end.
    const end = text.indexOf('>', at)
    this.#at = end === -1 ? text.length : end + 1
  }

  /** @returns where the internal subset ends: behind its `]`, or the end of the text */
  #readDeclarations(from: number, most: number): number {
    const text = this.#text
    let at = from
    while (at < most) {
      const code = text.charCodeAt(at)
      if (code === 93) return at + 1
      if (code !== 60) at += 1
      else if (text.startsWith('<!--', at)) at = behind(text, '-->', at + 4)
      else if (text.startsWith('<?', at)) at = behind(text, '?>', at + 2)
      // A conditional section: what it holds is read, its brackets are stepped over.
      else if (text.startsWith('<![', at)) at = Math.max(at + 3, text.indexOf('[', at + 3) + 1)
      else if (text.startsWith('<!ENTITY', at)) at = this.#readEntity(at)
      else {
        const end = endOfMarkup(text, at + 1)
        this.#countReferences(at, end)
        at = end
      }
    }
    return at
  }

  #readEntity(start: number): number {
    const text = this.#text
    const read = readEntity(text, start)
    if (!read) return endOfMarkup(text, start + 8)
    if (this.#entities.length < mostEntities) this.#entities.push(read)
    return read.end
  }

  #countReferences(from: number, to: number): void {
    const text = this.#text
    // Looked for once, since most documents have few: each is passed by on the way.
    if (this.#reference !== -1 && this.#reference < from) this.#reference = text.indexOf('&', from)
    for (let at = this.#reference; at !== -1 && at < to; at = text.indexOf('&', at + 1), this.#reference = at) {
      const end = skipName(text, at + 1)
      if (end === at + 1 || text.charCodeAt(end) !== 59) continue
      const name = text.slice(at + 1, end)
      this.#references.set(name, (this.#references.get(name) ?? 0) + 1)
    }
  }
}

/** A declaration of an entity that begins there; null where it is none or has not ended. */
export function readEntity(text: string, start: number): Entity | null {
  let at = skipSpace(text, start + 8)
  if (at === start + 8) return null
  const isParameter = text.charCodeAt(at) === 37
  if (isParameter) at = skipSpace(text, at + 1)
  const nameEnd = skipName(text, at)
  if (nameEnd === at) return null
  const name = text.slice(at, nameEnd)
  at = skipSpace(text, nameEnd)
  const external = readExternalId(text, at)
  if (external) {
    const behindId = skipSpace(text, external.end)
    const end = endOfMarkup(text, behindId)
    // A picture or the like, named for the app: no parser opens it.
    const isNotParsed = text.startsWith('NDATA', behindId)
    return { name, isParameter, start, end, text: isNotParsed ? '' : null, external: isNotParsed ? null : external }
  }
  const literal = readLiteral(text, at)
  if (!literal) return null
  const end = endOfMarkup(text, literal.end)
  return { name, isParameter, start, end, text: resolve(literal.value), external: null }
}

/** `SYSTEM "…"` or `PUBLIC "…" "…"`. */
function readExternalId(text: string, at: number): ExternalId | null {
  const isPublic = text.startsWith('PUBLIC', at)
  if (!isPublic && !text.startsWith('SYSTEM', at)) return null
  let systemId = readLiteral(text, skipSpace(text, at + 6))
  if (!systemId) return null
  let publicId: string | null = null
  if (isPublic) {
    publicId = systemId.value
    const second = readLiteral(text, skipSpace(text, systemId.end))
    // SGML, and with it HTML, allows the one alone.
    systemId = second ?? { value: '', end: systemId.end }
  }
  return { publicId, systemId: systemId.value.trim(), start: at, end: systemId.end }
}

function readLiteral(text: string, at: number): { readonly value: string; readonly end: number } | null {
  const quote = text.charAt(at)
  if (quote !== '"' && quote !== "'") return null
  const end = text.indexOf(quote, at + 1)
  return end === -1 ? null : { value: text.slice(at + 1, end), end: end + 1 }
}

/** Where a tag or a declaration ends: behind the `>` that stands in none of its quotes. */
function endOfMarkup(text: string, from: number): number {
  let quote = 0
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (quote !== 0) {
      if (code === quote) quote = 0
    } else if (code === 34 || code === 39) quote = code
    else if (code === 62) return at + 1
    // The next begins before this one has ended.
    else if (code === 60) return at
  }
  return text.length
}

const behind = (text: string, end: string, from: number): number => {
  const found = text.indexOf(end, from)
  return found === -1 ? text.length : found + end.length
}

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13) || code === 0xa0

function skipSpace(text: string, from: number): number {
  let at = from
  while (at < text.length && isSpace(text.charCodeAt(at))) at += 1
  return at
}

function skipName(text: string, from: number): number {
  let at = from
  while (at < text.length && isNamePart(text.charCodeAt(at))) at += 1
  return at
}

/** Wider than XML: whatever ends no name. */
const isNamePart = (code: number): boolean =>
  code > 127 || (code >= 48 && code <= 58) || (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || isDash(code)
const isDash = (code: number): boolean => code === 45 || code === 46 || code === 95

/** Character references, as they are resolved when an entity is declared. */
function resolve(text: string): string {
  if (!text.includes('&#')) return text
  return text.replace(/&#(?:x([0-9a-fA-F]{1,8})|(\d{1,9}));/g, (whole, hex?: string, decimal?: string) => {
    const code = hex === undefined ? Number.parseInt(decimal ?? '', 10) : Number.parseInt(hex, 16)
    return code <= 0x10_ffff ? String.fromCodePoint(code) : whole
  })
}
