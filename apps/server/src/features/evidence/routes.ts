import type { evidenceApi } from '@riposte/contract'
import type { HandlersOf } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import type { CopyChecks } from './checks.ts'
import { custodian } from './custody.ts'
import { deleteEvidence, downloadEvidence, setBudgets } from './handle-evidence.ts'
import type { EvidenceParts } from './parts.ts'
import { findEvidence, listEvidence, readEvidence, readStorage } from './queries.ts'
import { inStore } from './take-chunk.ts'

/** How long a person waits for a copy to be hashed; then the answer says that it is still running. */
const patienceMs = 10_000

export const evidenceRoutes = (parts: EvidenceParts, checks: CopyChecks): HandlersOf<typeof evidenceApi> => ({
  listEvidence: ({ actor, query }) => listEvidence(parts, actor.organisationId, query),
  getEvidence: ({ actor, params }) => readEvidence(parts, actor.organisationId, params.evidenceId),
  downloadEvidence: async ({ actor, params, body, reply }) => {
    const file = await downloadEvidence(parts, { actor, evidenceId: params.evidenceId, reason: body.reason }, body.form)
    void reply.headers({
      'content-type': file.type,
      'content-disposition': `attachment; filename="${file.name}"`,
      'cache-control': 'no-store',
      ...(file.bytes === null ? {} : { 'content-length': String(file.bytes) }),
    })
    return file.stream
  },
  verifyEvidence: async ({ actor, params }) => {
    const row = await findEvidence(parts.db, actor.organisationId, params.evidenceId)
    if (row.state !== 'stored') throw new Refusal('evidence.not_stored', `It is ${row.state}`)
    await inStore(() => checks.check(row.id, custodian(actor), patienceMs))
    return readEvidence(parts, actor.organisationId, params.evidenceId)
  },
  deleteEvidence: async ({ actor, params, body }) => {
    await deleteEvidence(parts, { actor, evidenceId: params.evidenceId, reason: body.reason })
    return readEvidence(parts, actor.organisationId, params.evidenceId)
  },
  readEvidenceStorage: ({ actor }) => readStorage(parts, actor.organisationId),
  setEvidenceBudgets: async ({ actor, body }) => {
    await setBudgets(parts, actor, body.budgets)
    return readStorage(parts, actor.organisationId)
  },
})
