import { randomUUID } from 'node:crypto'
import type { IncidentReport } from '@riposte/contract'

/** An incident that the uplink reports of itself, so that a loss is seen where the incidents are. */
export function ownIncident(what: {
  readonly id?: string
  readonly at: string
  readonly count: number
  readonly environment: IncidentReport['environment']
  readonly appVersion: string | null
  readonly severity: IncidentReport['severity']
  readonly reason: string
  readonly metadata: Record<string, unknown>
}): IncidentReport {
  const { id = randomUUID(), reason, ...rest } = what
  return {
    ...rest,
    id: id as IncidentReport['id'],
    count: Math.min(Math.max(what.count, 1), 1_000_000_000),
    protection: 'Riposte',
    confidence: 1,
    reason,
    outcome: {
      actions: ['log'],
      wouldHave: [],
      decidedBy: { source: 'default', ruleIds: [], revision: null },
      shadowRuleIds: [],
    },
    request: null,
    input: null,
    operation: { kind: 'spool', dialect: null, text: reason, span: null },
    stack: [],
  }
}
