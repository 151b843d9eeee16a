import 'reflect-metadata'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  type Extension,
} from '@peculiar/x509'
import { gatewayServerName } from '@riposte/contract'
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  webcrypto,
  X509Certificate,
  type KeyObject,
} from 'node:crypto'
import { readSecret, writeSecret } from './secret-file.ts'

const dayMs = 86_400_000
const authorityDays = 20 * 365
const serverDays = 365
const deviceDays = 365
/** Left on the server's certificate when the next start, or the daily look, makes a new one. */
const renewDays = 90
/** A host whose clock is a little behind must still take what was made this minute. */
const backdatedMs = dayMs

export interface IssuedCertificate {
  readonly pem: string
  /** SHA-256 of the DER, in hex. */
  readonly fingerprint: string
  readonly notAfter: Date
}

/** The control plane's own certificate authority: agents pin it, and it says which key is which device. */
export interface Authority {
  /** PEM. */
  readonly certificate: string
  /** SHA-256 of its public key's SPKI DER, in hex: enrolment tokens carry it. */
  readonly pin: string
  /** For the agents' listener: its certificate, then the authority's, so that an agent that only knows the pin can check it. */
  server(now: Date): Promise<{ key: string; cert: string }>
  /** A client certificate for a device's key (SPKI DER). */
  issue(deviceId: string, publicKey: Buffer, now: Date): Promise<IssuedCertificate>
}

const authorityFile = 'agents-authority.pem'
const serverFile = 'agents-server.pem'
const curve = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** Reads the authority of the data folder, or makes it at first start. */
export async function openAuthority(secretsDir: string, now: Date): Promise<Authority> {
  let pem = readSecret(secretsDir, authorityFile)
  if (pem === null) {
    pem = await makeAuthority(now)
    writeSecret(secretsDir, authorityFile, pem)
  }
  const certificate = certificatesIn(pem)[0] as string
  const parsed = new X509Certificate(certificate)
  const signer: Signer = { key: createPrivateKey(pem), name: parsed.subject, publicKey: parsed.publicKey }
  return {
    certificate,
    pin: createHash('sha256').update(spki(parsed.publicKey)).digest('hex'),
    server: async (at) => {
      const kept = readSecret(secretsDir, serverFile)
      if (kept !== null && serves(kept, parsed, at)) return split(kept)
      const made = await makeServer(signer, at)
      writeSecret(secretsDir, serverFile, made + certificate)
      return split(made + certificate)
    },
    issue: async (deviceId, publicKey, at) => {
      const issued = await sign(signer, {
        subject: `CN=${deviceId}`,
        publicKey,
        from: at,
        days: deviceDays,
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth], true),
          new SubjectAlternativeNameExtension([{ type: 'url', value: `urn:riposte:device:${deviceId}` }]),
        ],
      })
      const { raw, validTo } = new X509Certificate(issued)
      return { pem: issued, fingerprint: createHash('sha256').update(raw).digest('hex'), notAfter: new Date(validTo) }
    },
  }
}

interface Signer {
  readonly key: KeyObject
  readonly name: string
  readonly publicKey: KeyObject
}

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })
const certificatesIn = (pem: string): string[] =>
  pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g) ?? []
const split = (pem: string): { key: string; cert: string } => ({
  key: createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' }).toString(),
  cert: certificatesIn(pem).join(''),
})

/** A key of P-256: every TLS that Node brings takes it. */
function makeKey(): { pem: string; key: KeyObject; publicKey: Buffer } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    key: privateKey,
    publicKey: spki(publicKey),
  }
}

async function makeAuthority(now: Date): Promise<string> {
  const { pem, key, publicKey } = makeKey()
  const name = 'CN=Riposte agents'
  const certificate = await sign(
    { key, name, publicKey: createPublicKey(key) },
    {
      subject: name,
      publicKey,
      from: now,
      days: authorityDays,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    },
  )
  return pem + certificate
}

async function makeServer(signer: Signer, now: Date): Promise<string> {
  const { pem, publicKey } = makeKey()
  const certificate = await sign(signer, {
    subject: `CN=${gatewayServerName}`,
    publicKey,
    from: now,
    days: serverDays,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth], true),
      new SubjectAlternativeNameExtension([{ type: 'dns', value: gatewayServerName }]),
    ],
  })
  return pem + certificate
}

/** Whether a kept server certificate is of this authority and far enough from its end. */
function serves(pem: string, authority: X509Certificate, now: Date): boolean {
  const [own] = certificatesIn(pem)
  if (own === undefined) return false
  const certificate = new X509Certificate(own)
  return (
    certificate.verify(authority.publicKey) &&
    certificate.checkHost(gatewayServerName) !== undefined &&
    Date.parse(certificate.validFrom) <= now.getTime() &&
    Date.parse(certificate.validTo) > now.getTime() + renewDays * dayMs
  )
}

async function sign(
  signer: Signer,
  wish: { subject: string; publicKey: Buffer; from: Date; days: number; extensions: Extension[] },
): Promise<string> {
  const key = await webcrypto.subtle.importKey(
    'pkcs8',
    signer.key.export({ type: 'pkcs8', format: 'der' }),
    curve,
    false,
    ['sign'],
  )
  // The library is typed for browsers, whose types are not ours.
  const crypto = webcrypto as never
  const publicKey = new PublicKey(new Uint8Array(wish.publicKey))
  // 16 random bytes, of which the first may not look negative.
  const serial = randomBytes(16)
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: serial.toString('hex'),
      subject: wish.subject,
      issuer: signer.name,
      notBefore: new Date(wish.from.getTime() - backdatedMs),
      notAfter: new Date(wish.from.getTime() + wish.days * dayMs),
      publicKey,
      signingKey: key as never,
      signingAlgorithm: curve,
      extensions: [
        ...wish.extensions,
        await SubjectKeyIdentifierExtension.create(publicKey, false, crypto),
        await AuthorityKeyIdentifierExtension.create(
          new PublicKey(new Uint8Array(spki(signer.publicKey))),
          false,
          crypto,
        ),
      ],
    },
    crypto,
  )
  return `${certificate.toString('pem')}\n`
}
