import { parseAddress } from '../address/parse-address.ts'
import { reachOfAddress, type Reach } from '../address/reach.ts'

const metadataNames = new Set([
  ...['metadata', 'metadata.google.internal', 'metadata.goog', 'metadata.azure.internal', 'instance-data'],
  ...['instance-data.ec2.internal', 'metadata.tencentyun.com', 'metadata.service.consul', 'metadata.packet.net'],
  'metadata.platformequinix.com',
])
const ownNames = new Set(['localhost', 'localhost6', 'ip6-localhost', 'ip6-loopback', 'loopback'])
/** Zones that no public name server answers for. */
const insideZones = new Set([
  ...['local', 'internal', 'intranet', 'lan', 'localdomain', 'home', 'corp', 'private', 'svc', 'consul'],
  ...['docker', 'domain', 'priv', 'cluster'],
])
/** Public names below which every name leads to the machine that asks. */
const ownZones = ['localtest.me', 'lvh.me', 'vcap.me', 'lacolhost.com']
/** Public names below which a name says the address that it leads to. */
const echoZones = ['nip.io', 'sslip.io', 'xip.io']

/** @param host canonical, as `URL` has it, without brackets and trailing dot */
export function reachOfHost(host: string): Reach {
  const address = parseAddress(host)
  if (address) return reachOfAddress(address)
  if (metadataNames.has(host)) return 'metadata'
  if (ownNames.has(host) || isBelow(host, 'localhost') || ownZones.some((zone) => host === zone || isBelow(host, zone)))
    return 'localhost'
  const zone = host.slice(host.lastIndexOf('.') + 1)
  if (zone === host) return host === '' ? 'public' : 'private'
  if (insideZones.has(zone) || host.endsWith('.home.arpa')) return 'private'
  if (host === 'kubernetes.default') return 'private'
  return echoZones.some((echo) => isBelow(host, echo)) ? echoed(host) : 'public'
}

const isBelow = (host: string, zone: string): boolean => host.endsWith(`.${zone}`)

/** `10.0.0.5.nip.io`, `app-10-0-0-5.sslip.io`, `0a000005.nip.io`, `--1.sslip.io`. */
function echoed(host: string): Reach {
  const dotted = /(?:^|[.-])(\d{1,3})[.-](\d{1,3})[.-](\d{1,3})[.-](\d{1,3})\./.exec(host)
  const hex = /(?:^|[.-])([0-9a-f]{8})\./.exec(host)?.[1]
  const bytes = dotted?.slice(1, 5).map(Number) ?? hex?.match(/../g)?.map((byte) => Number.parseInt(byte, 16))
  if (bytes?.every((byte) => byte <= 255)) return reachOfAddress(bytes)
  const label = host.split('.').at(-3) ?? ''
  const address = label.includes('-') ? parseAddress(label.replaceAll('-', ':')) : null
  return address ? reachOfAddress(address) : 'public'
}
