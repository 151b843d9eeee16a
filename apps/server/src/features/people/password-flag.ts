import type { Person } from '@riposte/contract'
import type { Clock } from '../../platform/clock.ts'
import type { Database, Transaction } from '../../platform/db/database.ts'
import type { MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { byMember, record } from '../audit/index.ts'
import { readPerson, readPersonRow } from './read-people.ts'

interface Force {
  readonly organisationId: string
  readonly personId: string
  readonly responseId: string
  readonly by: { readonly id: string; readonly name: string }
  readonly reason: string
  readonly at: Date
}

/** Sets the flag once per response, however often it is called. @returns false when this response did it before */
export async function forceReset(tx: Transaction, force: Force): Promise<boolean> {
  const { organisationId, personId, responseId, by, reason, at } = force
  await readPersonRow(tx, organisationId, personId, 'for update')
  const made = await tx.query(
    `insert into person_reset (person_id, at, kind, by, reason, response_id) values ($1, $2, 'forced', $3, $4, $5)
     on conflict (response_id, person_id) where kind = 'forced' do nothing returning id`,
    [personId, at, by.name, reason, responseId],
  )
  if (made.length === 0) return false
  await tx.query(
    `update person set password_reset_at = $2, password_reset_by = $3, password_reset_response = $4, version = version + 1, updated_at = $2 where id = $1`,
    [personId, at, by.name, responseId],
  )
  await record(tx, {
    organisationId,
    actor: { kind: 'system', id: by.id, name: by.name },
    action: 'person.password_reset_forced',
    subject: { kind: 'person', id: personId },
    details: { responseId, reason },
  })
  await tx.notify({ kind: 'people', organisationId })
  return true
}

/** Takes the flag away, by hand. */
export const clearReset = (
  parts: { readonly db: Database; readonly clock: Clock },
  actor: MemberActor,
  personId: string,
  { reason, changed }: { readonly reason: string; readonly changed: boolean },
): Promise<Person> =>
  parts.db.transaction(async (tx) => {
    const person = await readPersonRow(tx, actor.organisationId, personId, 'for update')
    if (person.password_reset_at === null) throw new Refusal('person.not_flagged')
    await endReset(tx, { personId, kind: changed ? 'changed' : 'cleared', by: actor.name, reason, at: parts.clock() })
    await record(tx, {
      ...byMember(actor),
      action: 'person.password_reset_cleared',
      subject: { kind: 'person', id: personId },
      details: { reason, changed, responseId: person.password_reset_response },
    })
    await tx.notify({ kind: 'people', organisationId: actor.organisationId })
    return readPerson(tx, actor.organisationId, personId)
  })

/** The flag goes: `changed` when a new password was chosen, as somebody or a directory says. The caller records why. */
export async function endReset(
  tx: Transaction,
  end: {
    readonly personId: string
    readonly kind: 'cleared' | 'changed'
    readonly by: string
    readonly reason: string
    readonly at: Date
  },
): Promise<void> {
  await tx.query(
    `insert into person_reset (person_id, at, kind, by, reason, response_id)
     select id, $2, $3, $4, $5, password_reset_response from person where id = $1`,
    [end.personId, end.at, end.kind, end.by, end.reason],
  )
  await tx.query(
    `update person set password_reset_at = null, password_reset_by = null, password_reset_response = null,
       password_changed_at = case when $3 = 'changed' then $2 else password_changed_at end, version = version + 1, updated_at = $2
     where id = $1`,
    [end.personId, end.at, end.kind],
  )
}
