import { Submission, type Role } from '@riposte/contract'
import { hashSecret } from '../../platform/crypto/secrets.ts'
import type { Database, Row } from '../../platform/db/database.ts'
import type { MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import type { ResponseFacts } from '../responses/index.ts'
import type { DeviceStep } from './password-reset.ts'

type Submit = (actor: MemberActor, body: Submission) => Promise<{ readonly requestId: string }>

/** Local accounts: a request for their device, by whoever asked for the person's reset, with that member's rights of this moment. */
export const expireBy =
  (db: Database, submit: Submit) =>
  async (response: ResponseFacts, account: { deviceId: string; name: string }): Promise<DeviceStep> => {
    const [member] = await db.query<Row & { id: string; name: string; email: string; role: Role }>(
      'select id, name, email, role from member where id = $1 and organisation_id = $2',
      [response.submittedBy.id, response.organisationId],
    )
    if (!member) return { state: 'refused', detail: 'Whoever asked for the reset is no member any more' }
    const actor: MemberActor = {
      kind: 'member',
      memberId: member.id,
      organisationId: response.organisationId,
      name: member.name,
      email: member.email,
      role: member.role,
      sessionId: null,
      tokenId: null,
    }
    const body = Submission.parse({
      type: 'force_password_reset',
      deviceIds: [account.deviceId],
      parameters: { user: account.name, notify: false },
      justification: `Part of the password reset of ${response.targetName}: ${response.justification}`.slice(0, 2_000),
      // Done again after a crash, it is the same request.
      idempotencyKey: `reset:${hashSecret(`${response.id} ${account.deviceId} ${account.name}`).toString('hex')}`,
    })
    try {
      return { state: 'asked', requestId: (await submit(actor, body)).requestId }
    } catch (error) {
      if (error instanceof Refusal) return { state: 'refused', detail: error.message }
      throw error
    }
  }
