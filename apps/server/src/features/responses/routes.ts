import type { responseApi } from '@riposte/contract'
import type { HandlersOf, MemberActor } from '../../platform/http/handler.ts'
import { castVote } from './cast-vote.ts'
import { editRequest } from './edit-request.ts'
import { cancelRequest, cancelResponse } from './end-request.ts'
import { exportResponses } from './export-responses.ts'
import { listActions } from './list-actions.ts'
import { listRequests } from './list-requests.ts'
import type { ResponseParts } from './parts.ts'
import { preview } from './preview.ts'
import { readRequest } from './read-requests.ts'
import { readResponse } from './read-response.ts'
import { readHistory, toSummary } from './read-responses.ts'
import { reviewEmergency } from './review-emergency.ts'
import { readRequirements, readSettings, setRequirements } from './settings.ts'
import { submit, type Submitted } from './submit.ts'
import { endSuppression, listSuppressions } from './suppressions.ts'
import { undoResponse } from './undo-response.ts'
import { verifyNow } from './verify-response.ts'
import type { ResponseId } from '@riposte/contract'

export function responseRoutes(parts: ResponseParts): HandlersOf<typeof responseApi> {
  const { db } = parts
  const made = async (actor: MemberActor, submitted: Submitted) => ({
    request: await readRequest(parts, actor, submitted.requestId),
    responseIds: submitted.responseIds as ResponseId[],
    refused: [...submitted.refused],
  })

  return {
    listResponseActions: async ({ actor }) => ({
      items: listActions(await readSettings(db, actor.organisationId)),
    }),
    previewResponse: ({ actor, body }) => preview(parts, actor, body),
    submitResponse: async ({ actor, body }) => made(actor, await submit(parts, actor, body)),
    listResponses: async ({ actor, query }) => {
      const { cursor, limit, ...filter } = query
      const page = await readHistory(db, { organisationId: actor.organisationId, filter, cursor, limit })
      return { items: page.rows.map(toSummary), nextCursor: page.nextCursor }
    },
    exportResponses: ({ actor, query, reply }) => {
      const { format, ...filter } = query
      void reply.header('content-disposition', `attachment; filename="responses.${format}"`)
      void reply.type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json')
      return Promise.resolve(exportResponses(db, { organisationId: actor.organisationId, filter, format }))
    },
    getResponse: ({ actor, params }) => readResponse(parts, actor, params.responseId),
    cancelResponse: async ({ actor, params, body }) => {
      await cancelResponse(parts, actor, params.responseId, body.reason)
      return readResponse(parts, actor, params.responseId)
    },
    undoResponse: async ({ actor, params, body }) =>
      made(actor, await undoResponse(parts, actor, params.responseId, body)),
    verifyResponse: async ({ actor, params }) => {
      await verifyNow(parts, actor, params.responseId)
      return readResponse(parts, actor, params.responseId)
    },
    listRequests: ({ actor, query }) => listRequests(parts, actor, query),
    getRequest: ({ actor, params }) => readRequest(parts, actor, params.requestId),
    editRequest: async ({ actor, params, body }) => {
      await editRequest(parts, actor, params.requestId, body)
      return readRequest(parts, actor, params.requestId)
    },
    approveRequest: async ({ actor, params, body }) => {
      await castVote(parts, actor, params.requestId, { decision: 'approve', ...body })
      return readRequest(parts, actor, params.requestId)
    },
    rejectRequest: async ({ actor, params, body }) => {
      await castVote(parts, actor, params.requestId, { decision: 'reject', ...body })
      return readRequest(parts, actor, params.requestId)
    },
    cancelRequest: async ({ actor, params, body }) => {
      await cancelRequest(parts, actor, params.requestId, body.reason)
      return readRequest(parts, actor, params.requestId)
    },
    reviewRequest: async ({ actor, params, body }) => {
      await reviewEmergency(parts, actor, params.requestId, body.note)
      return readRequest(parts, actor, params.requestId)
    },
    readApprovalRequirements: ({ actor }) => readRequirements(db, actor.organisationId),
    setApprovalRequirements: ({ actor, body }) => setRequirements(parts, actor, body),
    listSuppressions: async ({ actor }) => ({ items: await listSuppressions(parts, actor.organisationId) }),
    endSuppression: ({ actor, params }) => endSuppression(parts, actor, params.suppressionId),
  }
}
