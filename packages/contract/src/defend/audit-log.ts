import * as z from 'zod'
import { member, page, Paging, Sha256, Time, type RouteDefinition } from '../route.ts'
import { Envelope } from '../snapshot.ts'

/** DSSE payload types of what a control plane signs about its audit log. */
export const checkpointPayloadType = 'application/vnd.riposte.audit-checkpoint+json'
export const auditSealPayloadType = 'application/vnd.riposte.audit-seal+json'

/** How many entries there were at a moment, and the hash of the last: a bare chain would not miss its own tail. */
export const Checkpoint = z.object({
  organisationId: z.uuid(),
  /** The number of entries, and the sequence of the last. */
  sequence: z.int().min(1),
  hash: Sha256,
  at: Time,
  /** SHA-256 of the payload of the checkpoint before; null for the first. */
  previousCheckpoint: Sha256.nullable(),
})
export type Checkpoint = z.infer<typeof Checkpoint>

/**
 * An export is JSON Lines, each line one of these in this order: one `header`, entries and checkpoints as they came, one `seal`.
 * An entry's line is `{"hash":"…","previousHash":"…","entry":{…}}` with the entry in canonical JSON (RFC 8785), so that the bytes between
 * `"entry":` and the last brace are those that were hashed: `hash = SHA-256(previousHash in hex + entry)`.
 */
export const AuditExportHeader = z.object({
  riposteAudit: z.literal(1),
  organisationId: z.uuid(),
  exportedAt: Time,
  /** SPKI DER in base64 of the keys that may sign checkpoints and the seal. Compare their fingerprints with what you know from elsewhere. */
  keys: z.array(z.string()).min(1).max(16),
})
export type AuditExportHeader = z.infer<typeof AuditExportHeader>

/** The last line: what the whole holds. Without it, the export was cut. */
export const AuditSeal = z.object({
  organisationId: z.uuid(),
  exportedAt: Time,
  entries: z.int().min(1),
  hash: Sha256,
  checkpoints: z.int().min(1),
  /** SHA-256 of the first line, without its line end. */
  headerSha256: Sha256,
})
export type AuditSeal = z.infer<typeof AuditSeal>

export const SignedCheckpoint = Checkpoint.omit({ organisationId: true, previousCheckpoint: true }).extend({
  envelope: Envelope,
})
export type SignedCheckpoint = z.infer<typeof SignedCheckpoint>

export const auditLogApi = {
  exportAudit: {
    method: 'GET',
    path: '/api/v1/audit/export',
    auth: member('audit.read'),
    summary: 'The whole log: jsonl can be verified offline by `riposte audit verify`, csv is for reading',
    query: z.object({ format: z.enum(['jsonl', 'csv']).default('jsonl') }),
    answers: 'file',
  },
  listCheckpoints: {
    method: 'GET',
    path: '/api/v1/audit/checkpoints',
    auth: member('audit.read'),
    summary: 'Signed checkpoints, newest first: keep one elsewhere, and no later export can leave out what it covers',
    query: Paging,
    response: page(SignedCheckpoint).extend({ keyFingerprint: z.string() }),
  },
} as const satisfies Record<string, RouteDefinition>
