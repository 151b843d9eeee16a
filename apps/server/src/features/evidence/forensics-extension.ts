import { Refusal } from '../../platform/http/refusal.ts'
import type { ResponseExtension } from '../responses/index.ts'
import { readBudgets, readUsage, remaining } from './budgets.ts'
import type { CopyChecks } from './checks.ts'
import { byServer } from './custody.ts'
import type { EvidenceParts } from './parts.ts'
import type { EvidenceRow } from './rows.ts'

/** A verification waits for so long for a large copy to be hashed; then it is asked again later. */
const patienceMs = 40_000
/** A look that is younger than this is not repeated. */
const freshMs = 300_000

/** What evidence adds to the life of a collection: key and budget to the command, and the look at the stored copy a minute after. */
export const forensicsExtension = (parts: EvidenceParts, checks: CopyChecks): ResponseExtension => ({
  type: 'collect_forensics',
  inspect: async (organisationId) => {
    const { budgets } = await readBudgets(parts.db, organisationId)
    if (remaining(budgets, await readUsage(parts.db, organisationId, null), 1) === 0)
      throw new Refusal(
        'evidence.over_budget',
        'The budget of all evidence is used up: delete some of it, or raise the budget',
      )
    return {}
  },
  context: async (response) => {
    const { budgets } = await readBudgets(parts.db, response.organisationId)
    const usage = await readUsage(parts.db, response.organisationId, response.deviceId)
    return {
      collectorKey: parts.collector.recipient,
      budgetBytes: remaining(budgets, usage, Number(response.parameters['budgetMb'] ?? 512)),
    }
  },
  verify: async (response) => {
    const find = async (): Promise<EvidenceRow | undefined> => {
      const [row] = await parts.db.query<EvidenceRow>(
        `select * from evidence where response_id = $1 and organisation_id = $2 and state in ('stored', 'deleted') order by id desc limit 1`,
        [response.id, response.organisationId],
      )
      return row
    }
    const row = await find()
    if (!row) return { result: 'failed', detail: 'There is no stored archive of this collection', evidence: {} }
    const evidence = { evidenceId: row.id, sha256: row.sha256, bytes: Number(row.bytes) }
    if (row.state === 'deleted') return { result: 'inconclusive', detail: 'The archive was deleted', evidence }
    const fresh = row.checked_at !== null && parts.clock().getTime() - row.checked_at.getTime() < freshMs
    if (!fresh && (await checks.check(row.id, byServer, patienceMs)) === null)
      throw new Error(`The stored copy of ${row.id} is still being hashed`)
    const checked = await find()
    const intact = checked?.check_result === 'intact'
    return {
      result: intact ? 'passed' : 'failed',
      detail: `Stored copy re-hashed: ${checked?.check_detail ?? 'it is gone'}`,
      evidence,
    }
  },
})
