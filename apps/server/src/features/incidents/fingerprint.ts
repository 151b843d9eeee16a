import type { IncidentReport } from '@riposte/contract'
import { createHash } from 'node:crypto'

/** Incidents with the same fingerprint have one cause: the same hole, reached by the same parameter. */
export function fingerprint(report: IncidentReport): string {
  const { protection, request, input, operation } = report
  const parts = [
    protection,
    request?.method ?? '',
    request?.route ?? request?.path ?? '',
    input?.source ?? '',
    input?.path ?? '',
    operation.kind,
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}
