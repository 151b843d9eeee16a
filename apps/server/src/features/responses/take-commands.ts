import type { Envelope } from '@riposte/contract'
import type { Row } from '../../platform/db/database.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { bySystem, changing, lockDevices, type Change } from './change.ts'
import { checkAuthority, type Failed } from './check-authority.ts'
import { ResponseFailure } from './extension.ts'
import { groupByDevice, issueCommands, takeUnsent, type SentRow } from './issue-commands.ts'
import { moveResponses } from './move-responses.ts'
import { extensionFor, type ResponseParts } from './parts.ts'
import { factsOf, type RequestRow, type ResponseRow } from './rows.ts'
import { subjectOf, treeOf } from './subject.ts'

type Envelopes = ReadonlyMap<string, readonly Envelope[]>

/** Devices of one transaction, and responses: others need not wait for a large batch. */
const devicesAtOnce = 100
const responsesAtOnce = 500

/** Leases what is queued for these devices, and gives what no connection has taken yet. */
export async function takeCommands(parts: ResponseParts, deviceIds: readonly string[]): Promise<Envelopes> {
  const ids = [...new Set(deviceIds)].sort()
  const all = new Map<string, readonly Envelope[]>()
  for (let start = 0; start < ids.length; start += devicesAtOnce)
    for (const [deviceId, envelopes] of await takeSome(parts, ids.slice(start, start + devicesAtOnce)))
      all.set(deviceId, envelopes)
  return all
}

interface Due extends Row {
  organisation_id: string
  device_id: string
  response_id: string | null
}

async function takeSome(parts: ResponseParts, deviceIds: readonly string[]): Promise<Map<string, readonly Envelope[]>> {
  const due = await parts.db.query<Due>(
    `select d.organisation_id, d.id as device_id, r.id as response_id from response r join device d on d.id = r.device_id
     where r.device_id = any($1) and r.status = 'queued' and r.leased_at is null and not r.runs_here and r.not_after > $2 and d.state = 'active'
     union all
     select d.organisation_id, d.id, null from device_command c join device d on d.id = c.device_id
     where c.device_id = any($1) and c.sent_at is null and c.acknowledged_at is null and c.not_after > $2 and d.state = 'active'
     order by 3 limit $3`,
    [deviceIds, parts.clock(), responsesAtOnce],
  )
  const all = new Map<string, readonly Envelope[]>()
  for (const organisationId of new Set(due.map(({ organisation_id }) => organisation_id))) {
    const own = due.filter((row) => row.organisation_id === organisationId)
    const responseIds = own.flatMap(({ response_id }) => response_id ?? [])
    const candidates = await readCandidates(parts, responseIds)
    const contexts = await gatherContexts(parts, candidates)
    const taken = await changing(parts, bySystem(organisationId), async (change) => {
      const active = await lockDevices(change, [...new Set(own.map(({ device_id }) => device_id))])
      // Older ones have lower numbers, so they go first.
      const unsent = await takeUnsent(change, [...active])
      const leased = await lease(
        change,
        parts,
        candidates.filter(({ device_id }) => device_id !== null && active.has(device_id)),
        contexts,
      )
      return groupByDevice([...unsent, ...leased])
    })
    for (const [deviceId, envelopes] of taken) all.set(deviceId, envelopes)
  }
  return all
}

export type Candidate = ResponseRow & { readonly request: RequestRow }

async function readCandidates(parts: ResponseParts, ids: readonly string[]): Promise<Candidate[]> {
  if (ids.length === 0) return []
  const rows = await parts.db.query<ResponseRow>('select * from response where id = any($1) order by queued_at, id', [
    ids,
  ])
  const requests = await parts.db.query<RequestRow>('select * from response_request where id = any($1)', [
    [...new Set(rows.map(({ request_id }) => request_id))],
  ])
  const byId = new Map(requests.map((request) => [request.id, request]))
  return rows.flatMap((row) => {
    const request = byId.get(row.request_id)
    return request ? [{ ...row, request }] : []
  })
}

type Context = { readonly context: Readonly<Record<string, unknown>> } | { readonly failed: Failed }

/** Asked before anything is locked: an extension may look elsewhere. */
async function gatherContexts(
  parts: ResponseParts,
  candidates: readonly Candidate[],
): Promise<ReadonlyMap<string, Context>> {
  const contexts = new Map<string, Context>()
  for (const row of candidates) {
    const extension = extensionFor(parts, row.type)
    try {
      contexts.set(row.id, { context: (await extension?.context?.(factsOf(row, row.request))) ?? {} })
    } catch (error) {
      if (error instanceof ResponseFailure)
        contexts.set(row.id, { failed: { reason: error.reason, detail: error.message } })
      else if (error instanceof Refusal)
        contexts.set(row.id, { failed: { reason: 'precondition_changed', detail: error.message } })
      // Stays queued: whoever asks next tries again.
      else parts.onError(error)
    }
  }
  return contexts
}

async function lease(
  change: Change,
  parts: ResponseParts,
  candidates: readonly Candidate[],
  contexts: ReadonlyMap<string, Context>,
): Promise<SentRow[]> {
  const authorities = await checkAuthority(change, new Map(candidates.map(({ request }) => [request.id, request])))
  const failing = new Map<string, { failed: Failed; ids: string[] }>()
  const good: Candidate[] = []
  for (const row of candidates) {
    const context = contexts.get(row.id)
    const authority = authorities.get(row.request_id)
    const failed =
      authority && 'failed' in authority ? authority.failed : context && 'failed' in context && context.failed
    if (failed) {
      const group = failing.get(failed.detail) ?? { failed, ids: [] }
      group.ids.push(row.id)
      failing.set(failed.detail, group)
    } else if (context && authority) good.push(row)
  }
  for (const { failed, ids } of failing.values()) await moveResponses(change, 'fail', ids, failed)
  if (good.length === 0) return []
  const moved = new Set(
    (
      await moveResponses(
        change,
        'lease',
        good.map(({ id }) => id),
      )
    ).map(({ id }) => id),
  )
  const leased = good.filter(({ id }) => moved.has(id))
  const requests = new Map(leased.map(({ request }) => [request.id, request]))
  const covered = new Map(
    [...requests].map(([id, request]) => {
      const tree = treeOf(request.targets)
      return [id, { tree, subject: subjectOf(request, tree) }] as const
    }),
  )
  return issueCommands(
    change,
    parts.signingKey,
    leased.map((row) => {
      const found = contexts.get(row.id)
      const authority = authorities.get(row.request_id)
      const consent = covered.get(row.request_id)
      const targetProof = consent?.tree.proofOf(row.device_id as string)
      if (!found || 'failed' in found || !authority || 'failed' in authority || !consent || !targetProof)
        throw new Error('leased without authority')
      return {
        deviceId: row.device_id as string,
        responseId: row.id,
        notAfter: row.not_after,
        body: {
          kind: 'execute' as const,
          actionId: row.id,
          type: row.type,
          parameters: row.parameters,
          subject: consent.subject,
          targetProof: [...targetProof],
          digest: row.request.digest,
          authority: authority.authority,
          context: { ...found.context },
        },
      }
    }),
    { sent: true },
  )
}

/** What a connection took and the agent never told of: for a device that comes back. */
export async function takeAgain(parts: ResponseParts, deviceId: string): Promise<readonly Envelope[]> {
  const rows = await parts.db.query<Row & { envelope: Envelope }>(
    `select c.envelope from device_command c join device d on d.id = c.device_id
     where c.device_id = $1 and d.state = 'active' and c.sent_at is not null and c.acknowledged_at is null and c.not_after > $2
     order by c.sequence limit 500`,
    [deviceId, parts.clock()],
  )
  return rows.map(({ envelope }) => envelope)
}
