import { findSpec } from '@riposte/actions/specs'
import { bySystem, changing } from './change.ts'
import { complete, fail, start } from './end-response.ts'
import { lockWithDevice } from './end-request.ts'
import { ResponseFailure } from './extension.ts'
import { extensionFor, type ResponseParts } from './parts.ts'
import { factsOf, type RequestRow, type ResponseRow } from './rows.ts'
import { checkAuthority } from './check-authority.ts'

/** The job: does on this server what no agent does. Done again after a crash, so the extension knows what it has done. */
export async function runHere(parts: ResponseParts, responseId: string): Promise<void> {
  const [known] = await parts.db.query<ResponseRow>('select * from response where id = $1 and runs_here', [responseId])
  if (!known) return
  const doer = bySystem(known.organisation_id)
  const begun = await changing(parts, doer, async (change) => {
    const row = await lockWithDevice(change, responseId)
    const [request] = await change.tx.query<RequestRow>('select * from response_request where id = $1', [
      row.request_id,
    ])
    if (!request) return null
    if (row.status === 'executing') return { row, request }
    if (row.status !== 'queued' || row.not_after <= change.now) return null
    const checked = (await checkAuthority(change, new Map([[request.id, request]]))).get(request.id)
    if (!checked || 'failed' in checked) {
      if (checked) await fail(change, row.id, checked.failed)
      return null
    }
    await start(change, row)
    return { row: { ...row, status: 'executing' as const, started_at: change.now }, request }
  })
  if (!begun) return
  const { row, request } = begun
  const end = await attempt(parts, row, request)
  await changing(parts, doer, async (change) => {
    await lockWithDevice(change, responseId)
    if ('done' in end) await complete(parts, change, row, end.done)
    else await fail(change, responseId, end.failed)
  })
}

type End = { readonly done: Readonly<Record<string, unknown>> } | { readonly failed: Parameters<typeof fail>[2] }

/** @throws whatever may be better next time, while there is time */
async function attempt(parts: ResponseParts, row: ResponseRow, request: RequestRow): Promise<End> {
  try {
    const extension = extensionFor(parts, row.type)
    if (!extension?.execute) throw new ResponseFailure('unsupported', 'This server cannot do that any more')
    return { done: await extension.execute(factsOf(row, request)) }
  } catch (error) {
    if (error instanceof ResponseFailure)
      return { failed: { reason: error.reason, detail: error.message, evidence: error.evidence } }
    const begun = (row.started_at ?? row.not_after).getTime()
    const until = Math.max(row.not_after.getTime(), begun + (findSpec(row.type)?.timeoutS ?? 0) * 1_000)
    if (parts.clock().getTime() < until) throw error
    return { failed: { reason: 'timed_out', detail: error instanceof Error ? error.message : String(error) } }
  }
}
