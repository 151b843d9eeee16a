import type { Span } from '@riposte/contract'
import { toLowerSameLength } from '../text/skeleton.ts'

/** A URL, read as clients read it. */
export interface Destination {
  /** The URL's text, lower-cased, without what clients take out before they read. */
  readonly text: string
  /** Where in `text` the host stands, as it was written. */
  readonly hostSpan: Span
  /** `http:` */
  readonly scheme: string
  /** Canonical: `127.0.0.1` for `0x7f.1`; no brackets, no trailing dot. */
  readonly host: string
  /** Empty for the scheme's own. */
  readonly port: string
  readonly href: string
  /** False for `data:text/plain,hi`, where no host stands. */
  readonly hasAuthority: boolean
}

/** Schemes whose text is read as that of `http`. */
const special = new Set(['http:', 'https:', 'ws:', 'wss:', 'ftp:'])

/** Clients drop tabs and line breaks wherever they stand, and control characters and spaces around. */
export const clean = (url: string): string => url.replace(/[\t\n\r]+/g, '').trim()

export function readDestination(url: string): Destination | null {
  const given = clean(url)
  const text = hasScheme(given) ? given : /^[/\\]{2}/.test(given) ? `http:${given}` : `http://${given}`
  const parsed = parse(text)
  const scheme = parsed?.protocol ?? (/^[^:]*:/.exec(text) as RegExpExecArray)[0].toLowerCase()
  const hostSpan = findHost(text, special.has(scheme))
  const written = text.slice(hostSpan.start, hostSpan.end)
  const host = parsed && special.has(scheme) ? parsed.hostname : (parse(`http://${written}`)?.hostname ?? written)
  return {
    text: toLowerSameLength(text),
    hostSpan,
    scheme,
    host: plainHost(host),
    port: parsed?.port ?? '',
    href: parsed?.href ?? text,
    hasAuthority: special.has(scheme) || /^[^:]*:\/\//.test(text),
  }
}

/** `localhost:3000/a` has none, though it parses as if it had. */
export const hasScheme = (text: string): boolean =>
  /^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[^:/?#]*:\d{1,5}(?:[/?#\\]|$)/.test(text)

export function parse(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}

export const plainHost = (host: string): string =>
  host
    .replace(/^\[(.*)\]$/s, '$1')
    .replace(/\.$/, '')
    .toLowerCase()

function findHost(text: string, isSpecial: boolean): Span {
  let start = text.indexOf(':') + 1
  const slashes = isSpecial ? /^[/\\]*/ : /^(?:\/\/)?/
  start += (slashes.exec(text.slice(start, start + mostSlashes)) as RegExpExecArray)[0].length
  const authority = (/^[^/?#\\]*/.exec(text.slice(start)) as RegExpExecArray)[0]
  start += authority.lastIndexOf('@') + 1
  const end = start + authority.length - authority.lastIndexOf('@') - 1
  const host = text.slice(start, end)
  const bracket = host.startsWith('[') ? host.indexOf(']') + 1 : 0
  const colon = host.indexOf(':', bracket)
  return { start, end: colon === -1 ? end : start + colon }
}

const mostSlashes = 64
