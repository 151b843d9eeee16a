import { canonicalJson, targetTree, type ApprovalSubject, type TargetTree } from '@riposte/contract'
import { createHash } from 'node:crypto'
import type { RequestRow } from './rows.ts'

/** What people consent to, drawn from the request as it is stored. */
export const subjectOf = (
  request: Pick<
    RequestRow,
    | 'id'
    | 'type'
    | 'targets'
    | 'parameters'
    | 'script_sha256'
    | 'not_after'
    | 'justification'
    | 'version'
    | 'submitted_by'
  >,
  tree: TargetTree = treeOf(request.targets),
): ApprovalSubject => ({
  requestId: request.id,
  type: request.type,
  targets: { count: request.targets.length, root: tree.root },
  parameters: request.parameters,
  scriptSha256: request.script_sha256,
  notAfter: request.not_after.toISOString(),
  justification: request.justification,
  version: request.version,
  submittedBy: request.submitted_by,
})

export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex')

export const treeOf = (targets: readonly string[]): TargetTree => targetTree(targets, sha256Hex)

export const digestOf = (subject: ApprovalSubject): string => sha256Hex(canonicalJson(subject))

/** Bytes that an index can hold, whatever a path or a script's arguments may be. */
const longestSubject = 200

export const indexable = (subject: string): string =>
  subject.length <= longestSubject ? subject : `${subject.slice(0, 100)}…${sha256Hex(subject)}`
