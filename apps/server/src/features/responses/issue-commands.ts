import { commandPayloadType, type Command, type Envelope } from '@riposte/contract'
import { newId } from '../../platform/crypto/secrets.ts'
import type { SigningKey } from '../../platform/crypto/signing-key.ts'
import type { Row } from '../../platform/db/database.ts'
import type { Change } from './change.ts'

/** Seconds that the clock of an agent may be behind ours although it was told the time. */
const clockToleranceS = 60

type Numbered = 'commandId' | 'deviceId' | 'sequence' | 'issuedAt' | 'notBefore' | 'notAfter'
/** A command but for what is given to it here. */
export type CommandBody = Command extends infer One ? (One extends Command ? Omit<One, Numbered> : never) : never

export interface CommandWish {
  readonly deviceId: string
  readonly responseId: string
  readonly notAfter: Date
  readonly body: CommandBody
}

export interface SentRow extends Row {
  device_id: string
  envelope: Envelope
}

/**
 * Numbers, signs and stores commands; of each device in the order in which they are given. The devices must be locked.
 * Nothing is sent by this: whoever holds the connection takes them, or is given them as `sent`.
 * @returns them in the order in which they were asked for
 */
export async function issueCommands(
  change: Change,
  key: SigningKey,
  wishes: readonly CommandWish[],
  more: { readonly sent: boolean } = { sent: false },
): Promise<SentRow[]> {
  if (wishes.length === 0) return []
  const { tx, now } = change
  const counts = new Map<string, number>()
  for (const { deviceId } of wishes) counts.set(deviceId, (counts.get(deviceId) ?? 0) + 1)
  const rows = await tx.query<Row & { id: string; sequence: string }>(
    `update device d set sequence = d.sequence + n.count from unnest($1::uuid[], $2::int[]) as n (id, count)
     where d.id = n.id returning d.id, d.sequence - n.count as sequence`,
    [[...counts.keys()], [...counts.values()]],
  )
  const next = new Map(rows.map(({ id, sequence }) => [id, Number(sequence) + 1]))
  const made = wishes.map((wish) => {
    const sequence = next.get(wish.deviceId) ?? 0
    next.set(wish.deviceId, sequence + 1)
    const commandId = newId()
    const command = {
      ...wish.body,
      commandId,
      deviceId: wish.deviceId,
      sequence,
      issuedAt: now.toISOString(),
      notBefore: new Date(now.getTime() - clockToleranceS * 1_000).toISOString(),
      notAfter: wish.notAfter.toISOString(),
    }
    const { envelope } = key.seal(commandPayloadType, command)
    return { wish, commandId, sequence, envelope }
  })
  await tx.query(
    `insert into device_command (id, device_id, sequence, response_id, kind, envelope, not_after, created_at, sent_at)
     select *, $8::timestamptz, case when $9 then $8::timestamptz end from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::uuid[], $5::text[], $6::jsonb[], $7::timestamptz[])`,
    [
      made.map(({ commandId }) => commandId),
      made.map(({ wish }) => wish.deviceId),
      made.map(({ sequence }) => sequence),
      made.map(({ wish }) => wish.responseId),
      made.map(({ wish }) => wish.body.kind),
      made.map(({ envelope }) => JSON.stringify(envelope)),
      made.map(({ wish }) => wish.notAfter),
      now,
      more.sent,
    ],
  )
  const executes = made.filter(({ wish }) => wish.body.kind === 'execute')
  await tx.query(
    `update response r set command_id = c.id, command_sequence = c.sequence
     from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as c (response_id, id, sequence) where r.id = c.response_id and r.command_id is null`,
    [
      executes.map(({ wish }) => wish.responseId),
      executes.map(({ commandId }) => commandId),
      executes.map(({ sequence }) => sequence),
    ],
  )
  return made.map(({ wish, envelope }) => ({ device_id: wish.deviceId, envelope }))
}

/** What waits for these devices and no connection has taken, each device's in order. */
export const takeUnsent = (change: Change, deviceIds: readonly string[]): Promise<SentRow[]> =>
  change.tx.query<SentRow>(
    `with taken as (
       update device_command set sent_at = $2
       where device_id = any($1) and sent_at is null and acknowledged_at is null and not_after > $2 returning device_id, sequence, envelope)
     select device_id, envelope from taken order by device_id, sequence`,
    [deviceIds, change.now],
  )

export function groupByDevice(rows: readonly SentRow[]): Map<string, Envelope[]> {
  const byDevice = new Map<string, Envelope[]>()
  for (const { device_id, envelope } of rows) {
    const list = byDevice.get(device_id)
    if (list) list.push(envelope)
    else byDevice.set(device_id, [envelope])
  }
  return byDevice
}
