import { actsUndecoded, asUtf8, decodeComponent } from './decode-text.ts'
import type { ValueCollector } from './value-collector.ts'

/** What clients say of the connection in a few fixed words. */
const fixedWords = new Set([
  'keep-alive',
  'close',
  'chunked',
  'gzip, deflate',
  'gzip, deflate, br',
  'gzip, deflate, br, zstd',
  '1',
  '*/*',
  '*',
])

/** Of these, apps take one part. */
const lists = /^(?:x-forwarded-.*|forwarded|x-real-ip|x-client-ip|via|accept-language)$/

/** As they came, so that one which was sent twice is seen twice; cookies have their own reading. */
export function collectHeaders(
  collector: ValueCollector,
  raw: readonly string[],
  source: 'headers' | 'trailers',
): void {
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] as string).toLowerCase()
    const value = raw[at + 1] as string
    // An HTTP/2 pseudo-header is the URL, told elsewhere, or a fixed word.
    if (name === 'cookie' || name === 'content-length' || (name.startsWith(':') && name !== ':authority')) continue
    if (collector.isOver(source)) return
    if (/[^a-z0-9_-]/.test(name) && name !== ':authority') collector.addName(source, name, name)
    if (fixedWords.has(value)) continue
    const text = asUtf8(value)
    collector.add(source, name, text)
    if (text !== value) collector.add(source, name, value)
    if (name === 'authorization' || name === 'proxy-authorization') collectCredentials(collector, source, name, value)
    else if (lists.test(name)) for (const part of value.split(/[,;]\s*/, 64)) collector.add(source, name, asUtf8(part))
  }
}

/** The user and the password of `Basic`, apart as the app takes them. */
function collectCredentials(collector: ValueCollector, source: string, name: string, value: string): void {
  const [scheme = '', rest = ''] = value.split(/\s+/, 2)
  collector.add(source, name, rest)
  if (scheme.toLowerCase() !== 'basic') return
  const pair = Buffer.from(rest, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  collector.add(source, `${name} (user)`, colon === -1 ? pair : pair.slice(0, colon))
  if (colon !== -1) collector.add(source, `${name} (password)`, pair.slice(colon + 1))
}

/** Parsed here, since apps do it in many ways: with and without decoding, signed (`s:value.signature`), JSON (`j:{…}`). */
export function collectCookies(collector: ValueCollector, raw: readonly string[]): void {
  for (let at = 0; at + 1 < raw.length; at += 2) {
    if ((raw[at] as string).toLowerCase() !== 'cookie') continue
    for (const pair of (raw[at + 1] as string).split(';')) {
      if (collector.isOver('cookies')) return
      collectCookie(collector, pair.trim())
    }
  }
}

function collectCookie(collector: ValueCollector, pair: string): void {
  const equals = pair.indexOf('=')
  const name = asUtf8(equals === -1 ? '' : pair.slice(0, equals).trimEnd())
  const raw = asUtf8(pair.slice(equals + 1).trim())
  collector.addName('cookies', name, name)
  const bare = raw.length > 1 && raw.startsWith('"') && raw.endsWith('"') ? raw.slice(1, -1) : raw
  const value = decodeComponent(bare)
  collector.add('cookies', name, value)
  if (value !== raw && actsUndecoded(raw)) collector.add('cookies', name, raw)
  if (value.startsWith('s:') && value.includes('.'))
    collector.add('cookies', name, value.slice(2, value.lastIndexOf('.')))
  if (value.startsWith('j:')) collector.add('cookies', name, value.slice(2))
}
