import { forms } from '../text/forms.ts'
import { Recent } from '../text/recent.ts'
import { toLowerSameLength } from '../text/skeleton.ts'
import { clean, hasScheme, parse, plainHost } from './destination.ts'

/** What a form of a value names as a host, when it is read as a URL or as an authority. */
export interface NamedHost {
  readonly host: string
  readonly port: string
  /** The whole URL, when it says its scheme. */
  readonly href: string | null
}

export interface HostForm {
  /** Lower-cased, as it would stand in a URL. */
  readonly text: string
  readonly named: readonly NamedHost[]
  /** URLs that stand in a longer text. */
  readonly quoted: readonly NamedHost[]
}

const known = new Recent<readonly HostForm[]>(1_024)
const longestUrl = 4_096

export const hostForms = (value: string): readonly HostForm[] =>
  known.get(value, () => [...forms(value), ...shortDecoded(value.trim())].map(toHostForm))

function toHostForm(form: string): HostForm {
  const text = clean(form)
  const named = text.length > longestUrl || text === '' ? [] : readNamed(text)
  return { text: toLowerSameLength(text), named, quoted: readQuoted(text) }
}

/** Hosts such as `127.1` are shorter in base64 than what is taken for encoded elsewhere. */
function shortDecoded(value: string): string[] {
  if (value.length > 8 || !/^[A-Za-z0-9+/_-]{4,}={0,2}$/.test(value)) return []
  const decoded = Buffer.from(value, 'base64').toString('latin1')
  return /^[0-9a-fx.:[\]]{2,}$|^::/i.test(decoded) ? [decoded] : []
}

function readNamed(text: string): NamedHost[] {
  if (hasScheme(text)) return [toNamed(parse(text), true), toNamed(withoutSpecialScheme(text), true)].flat()
  if (/^[/\\]{2}/.test(text)) return toNamed(parse(`http:${text}`), true)
  if (/\s/.test(text)) return readList(text)
  // What follows a host of the app's: `@127.0.0.1`, `:80@127.0.0.1`.
  const begun = /^[@:]/.test(text) ? `http://x${text}` : `http://${text}`
  // A bare IPv6 address gets its brackets from the app.
  const bracketed = /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text) ? parse(`http://[${text}]`) : null
  return [toNamed(parse(begun), false), toNamed(bracketed, false), readList(text)].flat()
}

/** `gopher://0x7f.1` names the host that `http://0x7f.1` names. */
const withoutSpecialScheme = (text: string): URL | null =>
  /^(?:https?|wss?|ftp):/i.test(text) ? null : parse(text.replace(/^[^:]*:/, 'http:'))

const toNamed = (url: URL | null, whole: boolean): NamedHost[] =>
  url === null || url.hostname === ''
    ? []
    : [{ host: plainHost(url.hostname), port: url.port, href: whole ? url.href : null }]

const mostListed = 16

/** Several hosts side by side, of which an app may take one. */
function readList(text: string): NamedHost[] {
  if (!/[\s,;|]/.test(text)) return []
  const parts = text.split(/[\s,;|]+/, mostListed).filter((part) => part !== '')
  const looksLikeHost = (part: string): boolean =>
    /^[\w.:[\]-]+$/.test(part) && (/[.:]/.test(part) || part === 'localhost')
  if (!parts.every(looksLikeHost)) return []
  return parts.flatMap((part) => toNamed(parse(`http://${part}`), false))
}

const mostQuoted = 32

function readQuoted(text: string): NamedHost[] {
  if (!/https?:[/\\]{2}/i.test(text) || !/[\s"'<>()`|,;=]/.test(text)) return []
  const found: NamedHost[] = []
  for (const match of text.matchAll(/https?:[/\\]{2}[^\s"'<>()`|]{1,2048}/gi)) {
    if (found.length >= mostQuoted) break
    found.push(...toNamed(parse(match[0]), true), ...toNamed(parse(match[0].replace(/[.,;:!?]+$/, '')), true))
  }
  return found
}
