import type { MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { setVerification } from './apply-report.ts'
import { bySystem, changing, doerOf, type Change } from './change.ts'
import { lockWithDevice } from './end-request.ts'
import { issueCommands } from './issue-commands.ts'
import { extensionFor, type ResponseParts } from './parts.ts'
import { factsOf, type RequestRow, type ResponseRow } from './rows.ts'
import { whatMayBeDone } from './what-may-be-done.ts'

/** Hours that a verification waits for a device that is away. */
const verificationHours = 24

/** Asked by a person: begins at once. */
export async function verifyNow(parts: ResponseParts, actor: MemberActor, responseId: string): Promise<void> {
  await changing(parts, doerOf(actor), async (change) => {
    const row = await lockWithDevice(change, responseId)
    const { verify } = whatMayBeDone(row, false, actor)
    if (!verify.allowed) throw new Refusal('response.not_possible', verify.why ?? undefined)
    await change.tx.query(`update response set verification = 'scheduled', verification_due = $2 where id = $1`, [
      row.id,
      change.now,
    ])
    change.event(row.id, 'verification_scheduled', '')
    change.audit({
      action: 'response.verification_asked',
      subject: { kind: 'response', id: row.id },
      details: { type: row.type, target: row.target_name },
    })
    change.touch(row.id, row.request_id)
    change.later({
      kind: 'response.verify',
      payload: { responseId: row.id },
      runAt: change.now,
      uniqueKey: `response.verify:${row.id}:${change.now.getTime()}`,
    })
  })
}

/** The job: this server looks where it can tell, else the agent is asked. */
export async function verifyDue(parts: ResponseParts, responseId: string): Promise<void> {
  const row = await readScheduled(parts, responseId)
  if (!row) return
  const [request] = await parts.db.query<RequestRow>('select * from response_request where id = $1', [row.request_id])
  if (!request) return
  const verdict = (await extensionFor(parts, row.type)?.verify?.(factsOf(row, request))) ?? null
  await changing(parts, bySystem(row.organisation_id), async (change) => {
    const now = await lockWithDevice(change, responseId)
    if (now.verification !== 'scheduled') return
    if (now.containment === 'ended' || now.containment === 'undone')
      return conclude(change, now, {
        result: 'inconclusive',
        detail: 'It had been ended when it was to be looked at',
        evidence: {},
      })
    if (verdict) return conclude(change, now, verdict)
    if (now.device_id === null || now.runs_here)
      return conclude(change, now, {
        result: 'inconclusive',
        detail: 'Nothing on this server can tell whether the effect is there',
        evidence: {},
      })
    const until = new Date(change.now.getTime() + verificationHours * 3_600_000)
    await askAgent(parts, change, now, until)
    change.later({
      kind: 'response.verify_end',
      payload: { responseId },
      runAt: until,
      uniqueKey: `response.verify_end:${responseId}:${until.getTime()}`,
    })
  })
}

export async function askAgent(parts: ResponseParts, change: Change, row: ResponseRow, until: Date): Promise<void> {
  if (row.device_id === null) return
  await issueCommands(change, parts.signingKey, [
    {
      deviceId: row.device_id,
      responseId: row.id,
      notAfter: until,
      body: { kind: 'verify', actionId: row.id, type: row.type },
    },
  ])
  change.wake(row.device_id)
}

/** The device did not come back in time: nobody knows, and that is what is said. */
export async function endVerification(parts: ResponseParts, responseId: string): Promise<void> {
  const row = await readScheduled(parts, responseId)
  if (!row) return
  await changing(parts, bySystem(row.organisation_id), async (change) => {
    const now = await lockWithDevice(change, responseId)
    const asked = now.verification_due?.getTime() ?? 0
    if (now.verification !== 'scheduled' || asked + verificationHours * 3_600_000 > change.now.getTime()) return
    await conclude(change, now, {
      result: 'inconclusive',
      detail: `The device did not answer within ${verificationHours} hours`,
      evidence: {},
    })
  })
}

async function conclude(
  change: Change,
  row: ResponseRow,
  verdict: { result: 'passed' | 'failed' | 'inconclusive'; detail: string; evidence: Record<string, unknown> },
): Promise<void> {
  await setVerification(change, row, verdict)
  change.event(row.id, `verification_${verdict.result}`, verdict.detail)
  change.touch(row.id, row.request_id)
}

const readScheduled = async (parts: ResponseParts, responseId: string): Promise<ResponseRow | undefined> =>
  (
    await parts.db.query<ResponseRow>(`select * from response where id = $1 and verification = 'scheduled'`, [
      responseId,
    ])
  )[0]
