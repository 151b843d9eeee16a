import type { Input, OperationOf } from '@riposte/contract'
import { parseAddress } from '../address/parse-address.ts'
import { reachOfAddress, type Reach } from '../address/reach.ts'
import { defaultSettings, type Finding, type SettingsOf } from '../define.ts'
import { claimHost, type Claim } from './claim.ts'
import { readDestination, type Destination } from './destination.ts'
import { listed } from './domains.ts'
import { claimScheme, reachesBeyondHttp } from './scheme.ts'
import { reachOfHost } from './reach-of-host.ts'
import { spec } from './spec.ts'

type Settings = SettingsOf<typeof spec.settings>
type Request = OperationOf<'request'>

/** Where does the URL lead, and who chose its host? Only a host that came from outside and leads inside is a finding. */
export function detect(
  operation: Request,
  inputs: readonly Input[],
  settings: Settings = defaultSettings(spec.settings),
): Finding | null {
  const destination = readDestination(operation.url)
  if (!destination) return null
  const verdict = listed(destination, settings)
  if (verdict === 'allowed') return null
  if (verdict === 'blocked') {
    const claim = claimHost(destination, 'metadata', inputs) ?? nobody(operation)
    return toFinding(claim, 'A call to a host that the settings block.')
  }
  return (
    findScheme(destination, inputs) ??
    findInside(destination, operation, inputs, settings) ??
    findTooMany(operation, inputs, settings)
  )
}

function findScheme(destination: Destination, inputs: readonly Input[]): Finding | null {
  if (!reachesBeyondHttp(destination.scheme)) return null
  const claim = claimScheme(destination, inputs)
  return claim && toFinding(claim, 'A value from the request chose a protocol other than HTTP.')
}

function findInside(
  destination: Destination,
  operation: Request,
  inputs: readonly Input[],
  settings: Settings,
): Finding | null {
  // `data:` and `blob:` carry what they name.
  if (!destination.hasAuthority) return null
  const reach = reachOf(destination, operation.address)
  if (reach === 'public' || isAllowed(reach, settings)) return null
  const claim = claimHost(destination, reach, inputs)
  if (claim) return toFinding(claim, reasons[reach])
  if (operation.redirectedFrom === undefined) return null
  const first = readDestination(operation.redirectedFrom)
  const earlier = first && claimHost(first, 'public', inputs)
  if (earlier) return toFinding(earlier, `A host from the request answered with a redirect. ${reasons[reach]}`)
  // No app means an answer from elsewhere to lead it to where credentials are handed out.
  return reach === 'metadata' ? toFinding(nobody(operation), 'An answer redirected to a metadata service.') : null
}

function findTooMany(operation: Request, inputs: readonly Input[], settings: Settings): Finding | null {
  if (operation.hops === undefined || operation.hops <= settings.maxRedirects) return null
  for (const url of [operation.redirectedFrom, operation.url]) {
    const destination = url === undefined ? null : readDestination(url)
    const claim = destination && claimHost(destination, 'public', inputs)
    if (claim) return toFinding(claim, 'A call to a host from the request was redirected more often than allowed.')
  }
  return null
}

const reasons: Readonly<Record<Exclude<Reach, 'public'>, string>> = {
  localhost: 'A value from the request made the app call the machine itself.',
  private: 'A value from the request made the app call an address of a private network.',
  metadata: 'A value from the request made the app call a metadata service.',
}

/** What name service answered decides, but an address in the URL is what it is. */
function reachOf({ host }: Destination, address: string | undefined): Reach {
  const byName = reachOfHost(host)
  const known = address === undefined ? null : parseAddress(address)
  if (!known || byName === 'metadata' || (byName !== 'public' && parseAddress(host) !== null)) return byName
  return reachOfAddress(known)
}

const isAllowed = (reach: Exclude<Reach, 'public'>, settings: Settings): boolean =>
  reach === 'localhost'
    ? settings.allowLocalhost
    : reach === 'private'
      ? settings.allowPrivateIPs
      : settings.allowCloudMetadata

/** An answer, or the app itself, chose the host. */
const nobody = ({ url, redirectedFrom }: Request): Claim => ({
  input: { source: redirectedFrom === undefined ? 'operation' : 'redirect', path: 'url', value: url },
  span: null,
  confidence: 0.9,
})

function toFinding({ input, span, confidence }: Claim, reason: string): Finding {
  return { confidence, reason, input, inputSpan: null, operationSpan: span }
}
