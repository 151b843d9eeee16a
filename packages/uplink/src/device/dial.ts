import { createHash, X509Certificate } from 'node:crypto'
import net from 'node:net'
import tls from 'node:tls'
import { gatewayServerName } from '@riposte/contract'

/** Which control plane is the right one: by its authority's key, whatever address and whoever else's certificates the host trusts. */
export interface PeerTrust {
  /** SHA-256 of the authority's SPKI DER, in hex. */
  readonly pin: string
  /** Unix milliseconds: the newest time that the control plane told. A certificate that ended before it is refused; the host's own clock may be wrong and is not asked. */
  readonly newestTime: () => number
}

export interface DialOptions {
  /** An address or a name. */
  readonly host: string
  readonly port: number
  readonly trust: PeerTrust
  /** With the device's key and certificate; null before enrolment. */
  readonly context: tls.SecureContext | null
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

export interface Dialled {
  readonly socket: tls.TLSSocket
  /** The authority that the other side showed, PEM. */
  readonly authority: string
}

/** The other side is reached and is not who it must be. */
export class PeerRefused extends Error {
  override readonly name = 'PeerRefused'
}

const certificatesInChain = 4

export const pinOf = (certificate: X509Certificate): string =>
  createHash('sha256')
    .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')

export const clientContext = (identity: {
  readonly privateKey: string
  readonly certificate: string
}): tls.SecureContext =>
  tls.createSecureContext({ key: identity.privateKey, cert: identity.certificate, minVersion: 'TLSv1.3' })

/** Nothing is written to the socket before the other side's certificate is checked. @throws PeerRefused, or why it is not reached */
export function dial(options: DialOptions): Promise<Dialled> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      host: options.host,
      port: options.port,
      servername: gatewayServerName,
      minVersion: 'TLSv1.3',
      ALPNProtocols: ['http/1.1'],
      // Checked by `judge`, which knows one authority and tells a wrong clock of this host from a wrong certificate.
      rejectUnauthorized: false,
      ...(options.context === null ? {} : { secureContext: options.context }),
    })
    const where = net.isIPv6(options.host) ? `[${options.host}]:${options.port}` : `${options.host}:${options.port}`
    const timer = setTimeout(
      () => fail(new Error(`${where} did not answer in ${options.timeoutMs} ms`)),
      options.timeoutMs,
    )
    const onAbort = (): void => fail(new Error('given up'))
    const done = (): void => {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', onAbort)
      socket.off('error', fail)
      socket.off('close', onClose)
    }
    const fail = (error: Error): void => {
      done()
      // The socket may still tell of its own end.
      socket.on('error', () => undefined)
      socket.destroy()
      reject(error)
    }
    const onClose = (): void => fail(new Error(`${where} closed the connection`))
    if (options.signal?.aborted === true) {
      fail(new Error('given up'))
      return
    }
    options.signal?.addEventListener('abort', onAbort)
    socket.once('error', fail)
    socket.once('close', onClose)
    socket.once('secureConnect', () => {
      try {
        const authority = judge(chainOf(socket), options.trust)
        socket.setNoDelay(true)
        socket.setKeepAlive(true, 30_000)
        done()
        resolve({ socket, authority })
      } catch (error) {
        fail(error as Error)
      }
    })
  })
}

function chainOf(socket: tls.TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = []
  // The types promise an issuer; the last of a chain that is cut off has none, and a root is its own.
  let next: Partial<tls.DetailedPeerCertificate> | undefined = socket.getPeerCertificate(true)
  while (next?.raw !== undefined && chain.length < certificatesInChain) {
    const certificate = new X509Certificate(next.raw)
    if (chain.some((seen) => seen.fingerprint256 === certificate.fingerprint256)) break
    chain.push(certificate)
    next = next.issuerCertificate
  }
  return chain
}

/** @returns the pinned authority, PEM @throws PeerRefused */
export function judge(chain: readonly X509Certificate[], trust: PeerTrust): string {
  const [leaf] = chain
  if (leaf === undefined) throw new PeerRefused('the other side showed no certificate')
  const authority = chain.slice(1).find((certificate) => certificate.ca && pinOf(certificate) === trust.pin)
  if (authority === undefined)
    throw new PeerRefused(
      'the other side is not the control plane that this device was enrolled with: its authority has another key',
    )
  if (leaf.ca || !leaf.checkIssued(authority) || !leaf.verify(authority.publicKey))
    throw new PeerRefused('the certificate of the other side is not signed by the pinned authority')
  if (leaf.checkHost(gatewayServerName, { subject: 'never' }) === undefined)
    throw new PeerRefused(`the certificate of the other side is not for ${gatewayServerName}`)
  // A device's certificate is by the same authority, and must not pass for the control plane's. (`keyUsage` is the extended one.)
  if (!((leaf.keyUsage as string[] | undefined) ?? []).includes('1.3.6.1.5.5.7.3.1'))
    throw new PeerRefused('the certificate of the other side is not one for servers')
  if (Date.parse(leaf.validTo) < trust.newestTime())
    throw new PeerRefused(`the certificate of the control plane ended at ${leaf.validTo}; restart it to make a new one`)
  return authority.toString()
}
