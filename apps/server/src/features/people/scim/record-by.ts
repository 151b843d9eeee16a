import type { Transaction } from '../../../platform/db/database.ts'
import type { DirectoryActor } from '../../../platform/http/handler.ts'
import { record } from '../../audit/index.ts'

/** The audit entry of a change by an identity provider, and its wake-up. */
export async function recordBy(
  tx: Transaction,
  actor: DirectoryActor,
  action: string,
  kind: 'person' | 'scim_group',
  id: string,
  details: Record<string, unknown>,
): Promise<void> {
  await record(tx, {
    organisationId: actor.organisationId,
    actor: { kind: 'token', id: actor.tokenId, name: actor.name },
    action,
    subject: { kind, id },
    details,
  })
  await tx.notify({ kind: 'people', organisationId: actor.organisationId })
}
