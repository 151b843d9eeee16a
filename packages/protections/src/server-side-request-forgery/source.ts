import type { Input } from '@riposte/contract'

/** Headers in which clients and proxies say how the app itself was reached, and from where: not whom it should call. */
const connectionHeaders = new Set([
  ...['host', ':authority', 'origin', 'referer', 'forwarded', 'via', 'x-real-ip', 'x-client-ip', 'x-cluster-client-ip'],
  ...[
    'true-client-ip',
    'cf-connecting-ip',
    'fastly-client-ip',
    'x-original-host',
    'x-host',
    'x-original-forwarded-for',
  ],
  ...[
    'x-envoy-external-address',
    'x-remote-ip',
    'x-remote-addr',
    'sec-websocket-origin',
    'access-control-allow-origin',
  ],
])

/**
 * `Host: localhost:3000` says what the client calls the app; apps that call themselves use it. Such headers choose a host only where
 * no client can have reached the app by that name: at a metadata service.
 */
export function isAboutTheConnection({ source, path }: Input): boolean {
  if (source !== 'headers') return false
  const name = path.replace(/^headers\./, '').toLowerCase()
  return connectionHeaders.has(name) || name.startsWith('x-forwarded-')
}

const hostWords =
  /host|server|target|ur[il]|domain|endpoint|service|upstream|backend|site|addr|dest|origin|proxy|node|callback|hook|feed|src|source|href|link|fetch|remote|peer|gateway|authority|image|img|avatar|picture|location|redirect|return|preview|webpage|network|cluster|instance|^u$|^h$|^ip$|^to$/

/** The value's name says that it is a host, or nothing is known of its name. */
export const speaksOfHosts = ({ source, path }: Input): boolean => {
  if (source === 'input') return true
  const name = path.slice(Math.max(path.lastIndexOf('.'), path.lastIndexOf(']', path.length - 2)) + 1).toLowerCase()
  return hostWords.test(name)
}
