import type { agentRoutes, Enrolment, EnrolmentAnswer } from '@riposte/contract'
import { agentProtocol } from '@riposte/contract'
import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import type { z } from 'zod'
import type { Clock } from '../../platform/clock.ts'
import type { Authority } from '../../platform/crypto/authority.ts'
import { hashSecret, newId } from '../../platform/crypto/secrets.ts'
import type { SigningKey } from '../../platform/crypto/signing-key.ts'
import type { Database, Row, Transaction } from '../../platform/db/database.ts'
import type { HandlersOf } from '../../platform/http/handler.ts'
import { Limiter } from '../../platform/http/limiter.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { record } from '../audit/index.ts'
import type { ReleaseSecrets } from './release-secrets.ts'

export interface EnrolmentParts {
  readonly db: Database
  readonly clock: Clock
  readonly authority: Authority
  readonly signingKey: SigningKey
  readonly releaseSecrets: ReleaseSecrets
  readonly addresses: () => readonly { host: string; port: number }[]
}

interface TokenRow extends Row {
  id: string
  organisation_id: string
  prefix: string
  groups: string[]
  tags: string[]
}

const tokenShape = /^rie1\.[0-9a-f]{64}\.([A-Za-z0-9_-]{43})$/
/** Tries per address: a network of a thousand hosts may stand behind one. */
const burst = 1_000
const perSecond = 20

/** What agents ask for by HTTP before and besides the channel. */
export function enrolmentRoutes(
  parts: EnrolmentParts,
): HandlersOf<Pick<typeof agentRoutes, 'agentEnrol' | 'agentRenew'>> {
  const limiter = new Limiter(burst, perSecond)
  const { db, clock, authority } = parts
  return {
    agentEnrol: async ({ body, request }) => {
      const wait = limiter.take(request.ip, 1, Date.now())
      if (wait > 0) throw new Refusal('request.rate_limited', undefined, { retryAfterS: wait })
      return enrol(parts, body)
    },
    agentRenew: async ({ actor }) => {
      const [row] = await db.query<Row & { public_key: Buffer }>('select public_key from device where id = $1', [
        actor.deviceId,
      ])
      if (!row) throw new Refusal('device.not_found')
      const certificate = await authority.issue(actor.deviceId, row.public_key, clock())
      await db.transaction(async (tx) => {
        await tx.query('update device set certificate_fingerprint = $2, certificate_not_after = $3 where id = $1', [
          actor.deviceId,
          certificate.fingerprint,
          certificate.notAfter,
        ])
        await record(tx, {
          organisationId: actor.organisationId,
          actor: { kind: 'system', id: null, name: actor.name },
          action: 'device.certificate_renewed',
          subject: { kind: 'device', id: actor.deviceId },
          details: { name: actor.name, fingerprint: certificate.fingerprint },
        })
      })
      return { certificate: certificate.pem }
    },
  }
}

async function enrol(parts: EnrolmentParts, wish: Enrolment): Promise<z.input<typeof EnrolmentAnswer>> {
  const { db, clock, authority, signingKey } = parts
  if (wish.protocol !== agentProtocol)
    throw new Refusal(
      'enrolment.protocol_unsupported',
      `This agent speaks protocol version ${wish.protocol}, the control plane version ${agentProtocol}: upgrade the ${wish.protocol > agentProtocol ? 'control plane' : 'agent'}`,
    )
  const secret = tokenShape.exec(wish.token)?.[1]
  if (secret === undefined) throw new Refusal('enrolment.token_invalid')
  const now = clock()
  // Looked at before anything is made; burnt only together with the device.
  const [known] = await db.query('select id from enrolment_token where token_hash = $1 and used_at is null', [
    hashSecret(secret),
  ])
  if (!known) throw new Refusal('enrolment.token_invalid')
  const publicKey = readKey(wish)
  const deviceId = newId()
  const certificate = await authority.issue(deviceId, publicKey, now)
  const organisationId = await db.transaction(async (tx) => {
    const token = await burn(tx, secret, now)
    const made = await tx.query(
      `insert into device (id, organisation_id, name, groups, tags, public_key, certificate_fingerprint, certificate_not_after,
         enrolled_at, enrolled_by, agent_version, facts, capabilities, last_machine_id)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) on conflict (public_key) do nothing returning id`,
      [
        deviceId,
        token.organisation_id,
        wish.name,
        token.groups,
        token.tags,
        publicKey,
        certificate.fingerprint,
        certificate.notAfter,
        now,
        `token ${token.prefix}`,
        wish.agentVersion,
        wish.facts,
        JSON.stringify(wish.capabilities),
        wish.facts.machineId,
      ],
    )
    if (made.length === 0) throw new Refusal('enrolment.key_known')
    await tx.query('update enrolment_token set used_by = $2 where id = $1', [token.id, deviceId])
    await record(tx, {
      organisationId: token.organisation_id,
      actor: { kind: 'system', id: token.id, name: `Enrolment token ${token.prefix}` },
      action: 'device.enrolled',
      subject: { kind: 'device', id: deviceId },
      details: {
        name: wish.name,
        hostname: wish.facts.hostname,
        fingerprint: certificate.fingerprint,
      },
    })
    await tx.notify({ kind: 'devices', organisationId: token.organisation_id, ids: [deviceId] })
    return token.organisation_id
  })
  return {
    deviceId,
    organisationId,
    certificate: certificate.pem,
    authority: authority.certificate,
    keys: [...signingKey.keys],
    releaseSecret: parts.releaseSecrets.of(deviceId).toString('base64'),
    addresses: [...parts.addresses()],
    serverTime: new Date().toISOString(),
  }
}

/** Of two at once with one token the second finds it burnt. */
async function burn(tx: Transaction, secret: string, now: Date): Promise<TokenRow> {
  const [token] = await tx.query<TokenRow>(
    `update enrolment_token set used_at = $2 where token_hash = $1 and used_at is null and revoked_at is null and expires_at > $2
     returning id, organisation_id, prefix, groups, tags`,
    [hashSecret(secret), now],
  )
  if (!token) throw new Refusal('enrolment.token_invalid')
  return token
}

/** The device's key, once it is shown that whoever asks holds it. */
function readKey(wish: Enrolment): Buffer {
  let key: KeyObject
  try {
    key = createPublicKey({ key: Buffer.from(wish.publicKey, 'base64'), format: 'der', type: 'spki' })
  } catch {
    throw new Refusal('enrolment.proof_invalid', 'publicKey must be an Ed25519 key: SPKI DER in base64')
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw new Refusal('enrolment.proof_invalid', 'publicKey must be an Ed25519 key: SPKI DER in base64')
  const covered = Buffer.from(`riposte-enrol:${wish.token}:${wish.publicKey}`)
  if (!verify(null, covered, key, Buffer.from(wish.proof, 'base64')))
    throw new Refusal(
      'enrolment.proof_invalid',
      'proof must be the signature of "riposte-enrol:<token>:<publicKey>" by that key, in base64',
    )
  return key.export({ type: 'spki', format: 'der' })
}
