import { checkpointPayloadType, type Checkpoint, type Envelope } from '@riposte/contract'
import { createHash } from 'node:crypto'
import type { Clock } from '../../platform/clock.ts'
import type { SigningKey } from '../../platform/crypto/signing-key.ts'
import type { Database, Row, Transaction } from '../../platform/db/database.ts'
import { enqueue, type Jobs } from '../../platform/jobs/jobs.ts'
import { lockChain, record } from './record.ts'

interface HeadRow extends Row {
  sequence: string
  hash: string
}

const everyMs = 3_600_000
const jobKind = 'audit.checkpoint'

/** Signs how many entries there are and the hash of the last, unless the newest checkpoint says so already. */
export async function addCheckpoint(
  tx: Transaction,
  parts: { signingKey: SigningKey; clock: Clock },
  organisationId: string,
): Promise<void> {
  await lockChain(tx, organisationId)
  const [head] = await tx.query<HeadRow>(
    'select sequence, hash from audit_entry where organisation_id = $1 order by sequence desc limit 1',
    [organisationId],
  )
  const [last] = await tx.query<HeadRow & { payload_sha256: string }>(
    'select sequence, hash, payload_sha256 from audit_checkpoint where organisation_id = $1 order by sequence desc limit 1',
    [organisationId],
  )
  if (!head || head.sequence === last?.sequence) return
  const checkpoint: Checkpoint = {
    organisationId,
    sequence: Number(head.sequence),
    hash: head.hash,
    at: parts.clock().toISOString(),
    previousCheckpoint: last?.payload_sha256 ?? null,
  }
  const { envelope } = parts.signingKey.seal(checkpointPayloadType, checkpoint)
  await tx.query(
    `insert into audit_checkpoint (organisation_id, sequence, hash, at, envelope, payload_sha256, public_key)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      organisationId,
      checkpoint.sequence,
      checkpoint.hash,
      checkpoint.at,
      envelope,
      payloadHash(envelope),
      parts.signingKey.publicKey,
    ],
  )
}

const payloadHash = (envelope: Envelope): string =>
  createHash('sha256').update(Buffer.from(envelope.payload, 'base64')).digest('hex')

/** Heads of the agents' own chains become a part of ours: neither side can rewrite what the other has seen. */
async function recordAgentHeads(tx: Transaction, organisationId: string): Promise<void> {
  const rows = await tx.query<Row & { id: string; chain_sequence: string; chain_hash: string }>(
    `select d.id, d.chain_sequence, d.chain_hash from device d
     where d.organisation_id = $1 and d.chain_hash is not null
       and d.chain_hash is distinct from (select h.hash from audited_chain_head h where h.device_id = d.id) order by d.id limit 1000`,
    [organisationId],
  )
  if (rows.length === 0) return
  const heads = rows.map((row) => ({
    deviceId: row.id,
    sequence: Number(row.chain_sequence),
    hash: row.chain_hash,
  }))
  await record(tx, {
    organisationId,
    actor: { kind: 'system', id: null, name: 'checkpoint' },
    action: 'device.chain_heads',
    subject: { kind: 'organisation', id: organisationId },
    details: { heads },
  })
  await tx.query(
    `insert into audited_chain_head (device_id, hash) select * from unnest($1::uuid[], $2::text[])
     on conflict (device_id) do update set hash = excluded.hash`,
    [rows.map((row) => row.id), rows.map((row) => row.chain_hash)],
  )
}

/** A checkpoint of every organisation each hour, by whichever server takes the job. */
export async function keepCheckpoints(parts: {
  db: Database
  jobs: Jobs
  clock: Clock
  signingKey: SigningKey
}): Promise<void> {
  const { db, jobs, clock } = parts
  const again = (tx: Transaction, inMs: number): Promise<void> =>
    enqueue(tx, {
      kind: jobKind,
      payload: {},
      runAt: new Date(clock().getTime() + inMs),
      // One per hour: the job that runs is still in the table when it asks for the next.
      uniqueKey: `${jobKind}:${Math.floor((clock().getTime() + inMs) / everyMs)}`,
    })
  jobs.on(jobKind, async () => {
    const organisations = await db.query<Row & { id: string }>('select id from organisation')
    for (const { id } of organisations) {
      await db.transaction(async (tx) => {
        await recordAgentHeads(tx, id)
        await addCheckpoint(tx, parts, id)
      })
    }
    await db.transaction((tx) => again(tx, everyMs))
  })
  await db.transaction((tx) => again(tx, everyMs))
}
