import { toLowerSameLength } from '../text/skeleton.ts'

/** Where a browser goes that is told to go there, and where in the text that stands. */
export interface Target {
  /** The location in small letters, without what browsers take out before they read it. */
  readonly text: string
  /** Canonical: `evil.com` for `EVIL。com`. Empty where the scheme knows no hosts. */
  readonly host: string
  readonly port: string
  /** `https:` */
  readonly scheme: string
  /** Where in `text` the host stands, as it was written. */
  readonly start: number
  readonly end: number
}

/** Stands for a site of which nothing is known. */
const unknownHost = 'own.invalid'
const special = new Set(['http:', 'https:', 'ws:', 'wss:', 'ftp:'])

/** Browsers drop tabs and line breaks wherever they stand, and control characters and spaces around. */
export const clean = (text: string): string => text.replace(/[\t\n\r]+/g, '').replace(/^[\0-\x20]+|[\0-\x20]+$/g, '')

/**
 * Where a location leads when it leads off the site; null when it stays. Whether the site is asked over TLS is not always known, and
 * `https:evil.com` leads away from one half only, so that both are tried.
 * @param own the host that the request was sent to, with or without a port
 */
export function readTarget(location: string, own: string | undefined): Target | null {
  const text = toLowerSameLength(clean(location))
  const site = own === undefined || own === '' ? unknownHost : own
  for (const scheme of ['https:', 'http:']) {
    const base = parse(`${scheme}//${site}/`) ?? parse(`${scheme}//${unknownHost}/`)
    const url = base && parse(text, base.href)
    if (!base || !url) continue
    const leaves = !special.has(url.protocol) || !isSameSite(url.hostname, base.hostname)
    if (leaves)
      return { text, host: url.hostname.replace(/\.$/, ''), port: url.port, scheme: url.protocol, ...findHost(text) }
  }
  return null
}

/** `www.` before a name is the same site to those who run it. */
const isSameSite = (one: string, other: string): boolean => bare(one) === bare(other)
const bare = (host: string): string => host.replace(/^www\./, '').replace(/\.$/, '')

export function parse(text: string, base?: string): URL | null {
  try {
    return new URL(text, base)
  } catch {
    return null
  }
}

function findHost(text: string): { start: number; end: number } {
  const scheme = /^[a-z][a-z0-9+.-]*:/.exec(text)?.[0] ?? ''
  let start = scheme.length
  while (text.charAt(start) === '/' || text.charAt(start) === '\\') start += 1
  let stop = start
  while (stop < text.length && !'/\\?#'.includes(text.charAt(stop))) stop += 1
  start = Math.max(start, text.lastIndexOf('@', stop - 1) + 1)
  const bracket = text.charAt(start) === '[' ? text.indexOf(']', start) : -1
  const colon = text.indexOf(':', Math.max(start, bracket))
  return { start, end: colon === -1 || colon > stop ? stop : colon }
}
