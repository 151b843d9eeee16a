import { parse, type Target } from './target.ts'

/** Whether a list names the host: `example.com`, `example.com:8443`, `https://example.com`, and `*.example.com` for every name below. */
export const isListed = (entries: readonly string[], target: Target): boolean =>
  entries.some((entry) => names(entry, target))

function names(entry: string, { host, port, scheme }: Target): boolean {
  const text = entry.trim().toLowerCase()
  const isBelow = text.startsWith('*.')
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//.test(text)
  const url = parse(hasScheme ? text : `http://${isBelow ? text.slice(2) : text}`)
  if (!url) return false
  if (hasScheme && url.protocol !== scheme) return false
  const named = url.hostname.replace(/\.$/, '')
  if (named === '') return hasScheme && host === ''
  if (url.port !== '' && url.port !== port) return false
  return isBelow ? host.endsWith(`.${named}`) : host === named
}
