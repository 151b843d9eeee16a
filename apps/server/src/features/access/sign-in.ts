import { hash, verify } from '@node-rs/argon2'
import { hashSecret, newId, newSecret } from '../../platform/crypto/secrets.ts'
import type { Database, Row, Transaction } from '../../platform/db/database.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { record, type AuditEvent } from '../audit/index.ts'
import { absoluteDays, failuresBeforeLock, lockSeconds } from './session-policy.ts'

// OWASP's second recommended setting: 19 MiB, 2 passes.
const argon2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
export const hashPassword = (password: string): Promise<string> => hash(password, argon2)

export interface Visitor {
  readonly userAgent: string | null
  readonly ip: string
}

interface MemberRow extends Row {
  id: string
  organisation_id: string
  name: string
  password_hash: string | null
  failed_sign_ins: number
  locked_until: Date | null
}

let decoy: Promise<string> | null = null

/** @returns the new session's secret. @throws Refusal, the same for a wrong password and an unknown address, after the same work */
export async function signInByPassword(
  db: Database,
  credentials: { email: string; password: string },
  visitor: Visitor,
): Promise<string> {
  const [member] = await db.query<MemberRow>(
    'select id, organisation_id, name, password_hash, failed_sign_ins, locked_until from member where lower(email) = lower($1)',
    [credentials.email],
  )
  decoy ??= hashPassword(newSecret())
  const right = await verify(member?.password_hash ?? (await decoy), credentials.password)
  if (member?.locked_until && member.locked_until.getTime() > Date.now()) {
    throw new Refusal('auth.locked', undefined, {
      retryAfterS: Math.ceil((member.locked_until.getTime() - Date.now()) / 1_000),
    })
  }
  if (!member || !right || member.password_hash === null) {
    if (member) await countFailure(db, member)
    throw new Refusal('auth.wrong_credentials')
  }
  return db.transaction(async (tx) => {
    const [free] = await tx.query(
      'update member set failed_sign_ins = 0, locked_until = null where id = $1 and (locked_until is null or locked_until <= now()) returning id',
      [member.id],
    )
    // Locked by tries that ran beside this one.
    if (!free) throw new Refusal('auth.locked', undefined, { retryAfterS: lockSeconds(failuresBeforeLock) })
    return openSession(tx, member, visitor, 'password')
  })
}

async function countFailure(db: Database, member: MemberRow): Promise<void> {
  await db.transaction(async (tx) => {
    // Counted by the row itself: tries that run side by side must each count.
    const [row] = await tx.query<Row & { failures: number }>(
      'update member set failed_sign_ins = failed_sign_ins + 1 where id = $1 returning failed_sign_ins as failures',
      [member.id],
    )
    const failures = row?.failures ?? 0
    const lockedFor = failures >= failuresBeforeLock ? lockSeconds(failures) : 0
    if (lockedFor > 0)
      await tx.query('update member set locked_until = now() + make_interval(secs => $2) where id = $1', [
        member.id,
        lockedFor,
      ])
    await record(tx, {
      organisationId: member.organisation_id,
      actor: { kind: 'system', id: null, name: 'sign-in' },
      action: 'member.sign_in_failed',
      subject: { kind: 'member', id: member.id },
      details: { failures, lockedForSeconds: lockedFor },
    })
  })
}

/** A link is spent by the update itself, so that two at once cannot both win. */
export async function signInByLink(db: Database, token: string, visitor: Visitor): Promise<string> {
  return db.transaction(async (tx) => {
    const [member] = await tx.query<MemberRow>(
      `update sign_in_link l set used_at = now() from member m
       where m.id = l.member_id and l.token_hash = $1 and l.used_at is null and l.expires_at > now()
       returning m.id, m.organisation_id, m.name, m.password_hash, m.failed_sign_ins, m.locked_until`,
      [hashSecret(token)],
    )
    if (!member) throw new Refusal('auth.link_invalid', 'Make a new one: npm run -s riposte -- sign-in-link')
    return openSession(tx, member, visitor, 'link')
  })
}

async function openSession(
  tx: Transaction,
  member: Pick<MemberRow, 'id' | 'organisation_id' | 'name'>,
  visitor: Visitor,
  by: string,
): Promise<string> {
  const secret = newSecret()
  const id = newId()
  await tx.query(
    `insert into member_session (id, member_id, token_hash, user_agent, ip, expires_at) values ($1, $2, $3, $4, $5, now() + make_interval(days => $6))`,
    [id, member.id, hashSecret(secret), visitor.userAgent?.slice(0, 500) ?? null, visitor.ip, absoluteDays],
  )
  await record(tx, {
    organisationId: member.organisation_id,
    actor: { kind: 'member', id: member.id, name: member.name },
    action: 'member.signed_in',
    subject: { kind: 'session', id },
    details: { by },
  })
  return secret
}

/** Older unused links of the member end with a new one. @returns the link's secret, shown once */
export const makeSignInLink = (db: Database, memberId: string): Promise<string> =>
  db.transaction(async (tx) => {
    const [member] = await tx.query<MemberRow>('select organisation_id from member where id = $1', [memberId])
    return addSignInLink(tx, memberId, {
      organisationId: member?.organisation_id ?? '',
      actor: { kind: 'system', id: null, name: 'operator' },
    })
  })

/** The same, as a part of a change. */
export async function addSignInLink(
  tx: Transaction,
  memberId: string,
  by: Pick<AuditEvent, 'organisationId' | 'actor'>,
): Promise<string> {
  const secret = newSecret()
  await tx.query('select 1 from member where id = $1 for update', [memberId])
  await tx.query('delete from sign_in_link where member_id = $1 and used_at is null', [memberId])
  await tx.query(
    `insert into sign_in_link (id, member_id, token_hash, expires_at) values ($1, $2, $3, now() + interval '24 hours')`,
    [newId(), memberId, hashSecret(secret)],
  )
  await record(tx, { ...by, action: 'sign_in_link.made', subject: { kind: 'member', id: memberId } })
  return secret
}
