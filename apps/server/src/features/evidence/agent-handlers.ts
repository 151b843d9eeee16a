import type { evidenceAgentRoutes, EvidenceUploadState } from '@riposte/contract'
import type { HandlersOf } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import type { CopyChecks } from './checks.ts'
import { chunkCount, toRanges } from './manifest-policy.ts'
import { custodianOf, openUpload, requireExecuting } from './open-upload.ts'
import type { EvidenceParts } from './parts.ts'
import { readChunks, type EvidenceRow } from './rows.ts'
import { findUpload, inStore, takeChunk } from './take-chunk.ts'

/** How long an agent's request waits for the check of its archive; then it asks again. */
const patienceMs = 20_000

async function describe(parts: EvidenceParts, row: EvidenceRow): Promise<EvidenceUploadState> {
  const chunks = await readChunks(parts.db, row.id)
  const size = { bytes: Number(row.bytes), chunkBytes: row.chunk_bytes }
  return {
    uploadId: row.id as EvidenceUploadState['uploadId'],
    state: row.state,
    chunkBytes: row.chunk_bytes,
    chunks: chunkCount(size),
    have: toRanges(chunks.map(({ index }) => index)),
    bytes: size.bytes,
    sha256: row.sha256,
    why: row.why,
  }
}

/** Of the agents' listener. */
export const evidenceAgentHandlers = (
  parts: EvidenceParts,
  checks: CopyChecks,
): HandlersOf<typeof evidenceAgentRoutes> => ({
  agentEvidenceOpen: async ({ actor, body }) => describe(parts, await openUpload(parts, actor, body)),
  agentEvidenceChunk: async ({ actor, params, request, reply }) => {
    try {
      await takeChunk(parts, actor, {
        evidenceId: params.uploadId,
        index: params.index,
        headers: request.headers,
        body: request.body,
      })
    } catch (error) {
      // What is left of the part is not read: the connection ends with the answer.
      void reply.header('connection', 'close')
      throw error
    }
    return { index: params.index, stored: true }
  },
  agentEvidenceStatus: async ({ actor, params }) => describe(parts, await findUpload(parts, actor, params.uploadId)),
  agentEvidenceFinish: async ({ actor, params }) => {
    const row = await findUpload(parts, actor, params.uploadId)
    if (row.state === 'uploading') {
      await requireExecuting(parts.db, actor, row.response_id)
      const { chunks, have } = await describe(parts, row)
      const [first] = have
      if (have.length !== 1 || first?.from !== 0 || first.to !== chunks - 1) throw new Refusal('evidence.incomplete')
    }
    if (row.state === 'uploading' || row.state === 'checking')
      await inStore(() => checks.check(row.id, custodianOf(actor), patienceMs))
    return describe(parts, await findUpload(parts, actor, params.uploadId))
  },
})
