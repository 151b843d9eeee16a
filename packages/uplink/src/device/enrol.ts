import { createPublicKey, generateKeyPairSync, sign, createPrivateKey, X509Certificate } from 'node:crypto'
import { agentProtocol, agentRoutes, defaultAgentPort, EnrolmentAnswer, type Enrolment } from '@riposte/contract'
import { deviceHttp } from './device-http.ts'
import { dial } from './dial.ts'
import type { DeviceIdentity, Endpoint } from './identity.ts'

export interface EnrolRequest extends Pick<Enrolment, 'name' | 'agentVersion' | 'facts' | 'capabilities'> {
  readonly endpoint: Endpoint
  /** `rie1.<sha256 of the authority's SPKI DER, hex>.<secret>` */
  readonly token: string
  readonly timeoutMs?: number
}

export interface Enrolled {
  readonly identity: DeviceIdentity
  /** All that the control plane names, and the one that was dialled. */
  readonly endpoints: readonly Endpoint[]
  /** Unix milliseconds. */
  readonly serverTime: number
}

/** Enrolment did not happen; the message says what would be right. */
export class EnrolmentRefused extends Error {
  override readonly name = 'EnrolmentRefused'
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

const tokenPattern = /^rie1\.([0-9a-f]{64})\.([A-Za-z0-9_-]{43})$/

/** @throws EnrolmentRefused for an address that is not https, or is none */
export function readEndpoint(url: string): Endpoint {
  const text = url.includes('://') ? url : `https://${url}`
  if (!URL.canParse(text))
    throw new EnrolmentRefused('url.invalid', `"${url}" is no address; give one such as https://riposte.example:7476`)
  const parsed = new URL(text)
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'wss:')
    throw new EnrolmentRefused(
      'url.not_tls',
      `Agents speak TLS only: use https://${parsed.host}, not ${parsed.protocol}//`,
    )
  const port = parsed.port === '' ? (url.includes('://') ? 443 : defaultAgentPort) : Number(parsed.port)
  return { host: parsed.hostname.replace(/^\[|\]$/g, ''), port }
}

/** @throws EnrolmentRefused */
export const pinOfToken = (token: string): string => {
  const pin = tokenPattern.exec(token)?.[1]
  if (pin === undefined)
    throw new EnrolmentRefused(
      'token.malformed',
      'That is not an enrolment token; it looks like rie1.<64 hex digits>.<43 characters> and the console shows it once',
    )
  return pin
}

/** Makes the device's key here, proves that it is held, and gets a certificate for it. The token goes to nobody but the pinned authority's server. */
export async function enrol(request: EnrolRequest): Promise<Enrolled> {
  const pin = pinOfToken(request.token)
  const { privateKey } = generateKeyPairSync('ed25519')
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64')
  const timeoutMs = request.timeoutMs ?? 30_000
  let authority = ''
  const http = deviceHttp(async () => {
    const dialled = await dial({
      ...request.endpoint,
      trust: { pin, newestTime: () => 0 },
      context: null,
      timeoutMs,
    })
    authority = dialled.authority
    return dialled
  })
  try {
    const body: Enrolment = {
      protocol: agentProtocol,
      token: request.token,
      publicKey,
      proof: sign(null, Buffer.from(`riposte-enrol:${request.token}:${publicKey}`), privateKey).toString('base64'),
      name: request.name,
      agentVersion: request.agentVersion,
      facts: request.facts,
      capabilities: request.capabilities,
    }
    const { method, path } = agentRoutes.agentEnrol
    const answer = await http.ask(method, path, { body: JSON.stringify(body), timeoutMs })
    const said = parseJson(answer.body)
    if (answer.status !== 201) throw refusal(answer.status, said)
    const read = EnrolmentAnswer.parse(said)
    if (!isFor(read.certificate, publicKey, authority))
      throw new EnrolmentRefused(
        'certificate.foreign',
        'The control plane answered with a certificate that is not for this key',
      )
    return {
      identity: {
        deviceId: read.deviceId,
        organisationId: read.organisationId,
        privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        certificate: read.certificate,
        authority,
        keys: read.keys,
        releaseSecret: read.releaseSecret,
      },
      endpoints: withEndpoint(read.addresses, request.endpoint),
      serverTime: Date.parse(read.serverTime),
    }
  } finally {
    http.close()
  }
}

/** Whether a certificate (PEM) is by that authority and for the device's own key (SPKI DER in base64, or PEM of the private one). */
export function isFor(certificate: string, key: string, authority: string): boolean {
  try {
    const read = new X509Certificate(certificate)
    const own = key.includes('PRIVATE KEY')
      ? createPublicKey(createPrivateKey(key)).export({ type: 'spki', format: 'der' }).toString('base64')
      : key
    return (
      read.publicKey.export({ type: 'spki', format: 'der' }).toString('base64') === own &&
      read.verify(new X509Certificate(authority).publicKey)
    )
  } catch {
    return false
  }
}

const withEndpoint = (named: readonly Endpoint[], dialled: Endpoint): readonly Endpoint[] =>
  named.some(({ host, port }) => host === dialled.host && port === dialled.port) ? named : [dialled, ...named]

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    return null
  }
}

function refusal(status: number, said: unknown): EnrolmentRefused {
  const problem = (typeof said === 'object' && said !== null ? said : {}) as Record<string, unknown>
  const text = (key: string): string | null => (typeof problem[key] === 'string' ? problem[key] : null)
  return new EnrolmentRefused(
    text('code') ?? `http.${status}`,
    [text('title') ?? `The control plane answered ${status}`, text('detail')]
      .filter((part) => part !== null)
      .join('. '),
  )
}
