import type {
  Authority,
  ContainmentState,
  ResponseReason,
  ResponseStatus,
  ResponseTrigger,
  VerificationState,
} from '@riposte/contract'
import type { Row } from '../../platform/db/database.ts'
import type { ResponseFacts } from './extension.ts'

type Json = Record<string, unknown>

export interface ResponseRow extends Row {
  id: string
  organisation_id: string
  request_id: string
  type: string
  device_id: string | null
  person_id: string | null
  target_name: string
  subject: string
  parameters: Json
  status: ResponseStatus
  reason: ResponseReason | null
  detail: string | null
  submitted_at: Date
  approved_at: Date | null
  queued_at: Date | null
  leased_at: Date | null
  started_at: Date | null
  finished_at: Date | null
  not_after: Date
  command_id: string | null
  command_sequence: string | null
  cancel_requested: { by: { id: string; name: string }; at: string; reason: string } | null
  evidence: Json | null
  verification: VerificationState | null
  verification_due: Date | null
  verification_at: Date | null
  verification_detail: string | null
  verification_evidence: Json | null
  containment: ContainmentState | null
  containment_until: Date | null
  containment_checked_at: Date | null
  undo_of: string | null
  undone_by: string | null
  runs_here: boolean
  output_bytes: number
}

export interface Emergency {
  readonly reason: string
  readonly reviewBy: string
  readonly reviewedBy: { id: string; name: string } | null
  readonly reviewedAt: string | null
  readonly note: string
}

export interface RequestEdit {
  readonly version: number
  readonly at: string
  readonly by: string
  readonly parameters: Json
  readonly justification: string
}

export interface RequestRow extends Row {
  id: string
  organisation_id: string
  type: string
  parameters: Json
  justification: string
  targets: string[]
  script_sha256: string | null
  version: number
  digest: string
  submitted_by: string
  submitted_name: string
  submitted_at: Date
  via: 'console' | 'api' | 'automation'
  trigger: ResponseTrigger | null
  barred: string[]
  required_approvals: number
  approval_expires_at: Date | null
  not_after: Date
  emergency: Emergency | null
  undo_of: string | null
  idempotency_key: string | null
  idempotency_hash: string | null
  edits: RequestEdit[]
  authority: Authority | null
  decided_at: Date | null
  sentence: string | null
}

export const factsOf = (
  row: ResponseRow,
  request: Pick<RequestRow, 'submitted_by' | 'submitted_name' | 'justification'>,
): ResponseFacts => ({
  id: row.id,
  requestId: row.request_id,
  organisationId: row.organisation_id,
  type: row.type,
  deviceId: row.device_id,
  personId: row.person_id,
  targetName: row.target_name,
  parameters: row.parameters,
  evidence: row.evidence,
  submittedBy: { id: request.submitted_by, name: request.submitted_name },
  justification: request.justification,
})
