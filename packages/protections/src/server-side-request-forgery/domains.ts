import { parse, plainHost, type Destination } from './destination.ts'

/** How closely an entry of a list names the host; 0: not at all. `*.example.com` stands for every name below it. */
function closeness(entry: string, { host, port }: Destination): number {
  const text = entry.trim().toLowerCase()
  const isBelow = text.startsWith('*.')
  const url = parse(/^[a-z][a-z0-9+.-]*:\/\//.test(text) ? text : `http://${isBelow ? text.slice(2) : bracketed(text)}`)
  if (!url || url.hostname === '') return 0
  const named = plainHost(url.hostname)
  if (url.port !== '' && url.port !== port) return 0
  if (isBelow) return host.endsWith(`.${named}`) ? named.length : 0
  return host === named ? exact : 0
}

const exact = 1_000

const bracketed = (text: string): string => (/^[0-9a-f:.]*:[0-9a-f.]*:[0-9a-f:.]*$/.test(text) ? `[${text}]` : text)

/** The entry that names the host most closely decides; of two alike the one that blocks. */
export function listed(
  destination: Destination,
  { allowedDomains, blockedDomains }: { allowedDomains: readonly string[]; blockedDomains: readonly string[] },
): 'allowed' | 'blocked' | 'no' {
  const allowed = Math.max(0, ...allowedDomains.map((entry) => closeness(entry, destination)))
  const blocked = Math.max(0, ...blockedDomains.map((entry) => closeness(entry, destination)))
  if (blocked === 0 && allowed === 0) return 'no'
  return blocked >= allowed ? 'blocked' : 'allowed'
}
