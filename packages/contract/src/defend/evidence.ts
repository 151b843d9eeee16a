import * as z from 'zod'
import { DeviceId, EvidenceId, ResponseId } from '../ids.ts'
import { device, list, member, page, Paging, Sha256, Time, type RouteDefinition } from '../route.ts'

/** `ok`: all of it. `partial`: some, and why not the rest. `unavailable`: this host has no such thing, or does not give it. */
export const evidenceItemStatuses = ['ok', 'partial', 'failed', 'unavailable'] as const
export const EvidenceItemStatus = z.enum(evidenceItemStatuses)
export type EvidenceItemStatus = z.infer<typeof EvidenceItemStatus>

/** One file of the archive. */
export const EvidenceFile = z.object({
  /** In the archive, with slashes. Any character that a file name may have but NUL. */
  path: z.string().min(1).max(4_200),
  bytes: z.int().min(0),
  sha256: Sha256,
  /** The file or command that it was taken from. */
  source: z.string().max(4_200),
  /** Only a part of the source: the budget or the item's own limit ended it, or it could not be read on. */
  truncated: z.boolean(),
})
export type EvidenceFile = z.infer<typeof EvidenceFile>

/** One thing that was asked for. `bytes` and `sha256` are of all its files together, one after the other. */
export const EvidenceItem = z.object({
  id: z.string().max(64),
  title: z.string().max(200),
  status: EvidenceItemStatus,
  bytes: z.int().min(0),
  sha256: Sha256,
  error: z.string().max(2_000).nullable(),
  files: z.array(EvidenceFile).max(2_000),
})
export type EvidenceItem = z.infer<typeof EvidenceItem>

/** What an archive holds. It is the archive's last file, `manifest.json`, and travels beside the archive too. */
export const EvidenceManifest = z.object({
  version: z.literal(1),
  actionId: z.uuid(),
  startedAt: Time,
  finishedAt: Time,
  host: z.object({
    hostname: z.string().max(255),
    kernel: z.string().max(300),
    bootId: z.string().max(64),
    platform: z.enum(['linux', 'windows']),
  }),
  profile: z.string().max(32),
  /** Bytes that the files together may have, before compression. */
  budgetBytes: z.int().min(0),
  bytes: z.int().min(0),
  items: z.array(EvidenceItem).max(64),
})
export type EvidenceManifest = z.infer<typeof EvidenceManifest>

/** `uploading`: parts of it are here. `stored`: whole, and everything in it has the hash that its manifest says. `abandoned`: the upload stopped. `deleted`: only its records remain. */
export const evidenceStates = ['uploading', 'checking', 'stored', 'refused', 'abandoned', 'deleted'] as const
export const EvidenceState = z.enum(evidenceStates)
export type EvidenceState = z.infer<typeof EvidenceState>

export const EvidenceSummary = z.object({
  id: EvidenceId,
  responseId: ResponseId,
  device: z.object({ id: DeviceId, name: z.string() }),
  state: EvidenceState,
  name: z.string(),
  /** Of the encrypted archive. */
  bytes: z.int(),
  sha256: Sha256,
  /** How much of it is here. */
  bytesStored: z.int(),
  profile: z.string(),
  items: z.record(EvidenceItemStatus, z.int()),
  openedAt: Time,
  storedAt: Time.nullable(),
  deletedAt: Time.nullable(),
  /** The newest look at the stored copy. */
  check: z.object({ at: Time, result: z.enum(['intact', 'damaged', 'running']), detail: z.string() }).nullable(),
})
export type EvidenceSummary = z.infer<typeof EvidenceSummary>

/** Who did what with it, oldest first. Append-only; each entry's hash covers the one before. */
export const CustodyEntry = z.object({
  sequence: z.int(),
  at: Time,
  actor: z.object({
    kind: z.enum(['device', 'member', 'token', 'system']),
    id: z.string().nullable(),
    name: z.string(),
  }),
  action: z.enum(['opened', 'stored', 'refused', 'abandoned', 'checked', 'downloaded', 'deleted']),
  detail: z.record(z.string(), z.unknown()),
  hash: Sha256,
})
export type CustodyEntry = z.infer<typeof CustodyEntry>

export const Evidence = EvidenceSummary.extend({
  manifest: EvidenceManifest,
  /** Why it was refused or abandoned. */
  why: z.string().nullable(),
  /** What is encrypted to: an age recipient. */
  collectorKey: z.string(),
  custody: z.array(CustodyEntry),
})
export type Evidence = z.infer<typeof Evidence>

export const EvidenceFilter = z.object({
  deviceId: DeviceId.optional(),
  responseId: ResponseId.optional(),
  state: list(EvidenceState).optional(),
  /** Looks in the device's name, the archive's name, ids and hash. */
  text: z.string().max(200).optional(),
})
export type EvidenceFilter = z.infer<typeof EvidenceFilter>

const mebibyte = 1_048_576
/** The most that a budget can be: 16 TiB. */
const BudgetMb = z
  .int()
  .min(1)
  .max(16 * mebibyte)
export const EvidenceBudgets = z.strictObject({
  /** All evidence together. */
  fleetMb: BudgetMb,
  deviceMb: BudgetMb,
  /** One collection; a collection's own budget may be less. */
  actionMb: BudgetMb,
})
export type EvidenceBudgets = z.infer<typeof EvidenceBudgets>
export const standardEvidenceBudgets: EvidenceBudgets = { fleetMb: 102_400, deviceMb: 20_480, actionMb: 8_192 }

export const EvidenceStorage = z.object({
  store: z.object({
    kind: z.enum(['folder', 's3']),
    /** The folder, or the bucket and its address. */
    where: z.string(),
    /** Bytes; null where the store does not tell. */
    free: z.int().nullable(),
  }),
  usedBytes: z.int(),
  count: z.int(),
  budgets: EvidenceBudgets,
  standard: EvidenceBudgets,
  collectorKey: z.string(),
  updatedAt: Time.nullable(),
  updatedBy: z.string().nullable(),
})
export type EvidenceStorage = z.infer<typeof EvidenceStorage>

const EvidenceParams = z.object({ evidenceId: EvidenceId })
const Reason = z.string().trim().min(3).max(2_000)

export const evidenceApi = {
  listEvidence: {
    method: 'GET',
    path: '/api/v1/evidence',
    auth: member('evidence.read'),
    summary: 'Collected evidence, newest first',
    query: EvidenceFilter.extend(Paging.shape),
    response: page(EvidenceSummary),
  },
  getEvidence: {
    method: 'GET',
    path: '/api/v1/evidence/:evidenceId',
    auth: member('evidence.read'),
    summary: 'One archive: what is in it, what could not be had and why, and who did what with it',
    params: EvidenceParams,
    response: Evidence,
  },
  /** POST, since each download is entered in the custody log before the first byte goes out. */
  downloadEvidence: {
    method: 'POST',
    path: '/api/v1/evidence/:evidenceId/download',
    auth: member('evidence.download'),
    summary: 'The archive: decrypted as .tar.gz, or as it is stored, encrypted to the collector key (.tar.gz.age)',
    params: EvidenceParams,
    body: z.strictObject({ reason: Reason, form: z.enum(['archive', 'encrypted']).default('archive') }),
    answers: 'file',
  },
  verifyEvidence: {
    method: 'POST',
    path: '/api/v1/evidence/:evidenceId/verify',
    auth: member('evidence.read'),
    summary: 'Hash the stored copy again; a large one answers before it is done, with `check.result` running',
    params: EvidenceParams,
    response: Evidence,
  },
  deleteEvidence: {
    method: 'POST',
    path: '/api/v1/evidence/:evidenceId/delete',
    auth: member('settings.write'),
    summary: 'Delete the archive; its manifest and custody log remain',
    params: EvidenceParams,
    body: z.strictObject({ reason: Reason }),
    response: Evidence,
  },
  readEvidenceStorage: {
    method: 'GET',
    path: '/api/v1/settings/evidence',
    auth: member('evidence.read'),
    summary: 'Where evidence is stored, how much of it there is, and the budgets',
    response: EvidenceStorage,
  },
  setEvidenceBudgets: {
    method: 'PUT',
    path: '/api/v1/settings/evidence',
    auth: member('settings.write'),
    summary: 'Change the budgets; what is stored already stays',
    body: z.strictObject({ budgets: EvidenceBudgets }),
    response: EvidenceStorage,
  },
} as const satisfies Record<string, RouteDefinition>

/** Bytes of each part of an upload but the last, as an agent may ask for; the server's answer decides. */
export const evidenceChunkBytes = { least: 65_536, standard: 8 * mebibyte, most: 16 * mebibyte } as const
export const mostEvidenceChunks = 10_000
/** Header of a part: SHA-256 of its bytes, lower-case hex. */
export const chunkHashHeader = 'x-riposte-sha256'

/** Consecutive parts that the server has, both ends included. */
export const ChunkRange = z.object({ from: z.int().min(0), to: z.int().min(0) })
export type ChunkRange = z.infer<typeof ChunkRange>

export const EvidenceUpload = z.strictObject({
  actionId: z.uuid(),
  name: z
    .string()
    .min(1)
    .max(200)
    // It becomes the name of a download.
    .regex(/^[\w.@+-]+$/, 'letters, digits and . _ @ + - only'),
  bytes: z.int().min(1),
  sha256: Sha256,
  chunkBytes: z.int().min(evidenceChunkBytes.least).max(evidenceChunkBytes.most),
  manifest: EvidenceManifest,
})
export type EvidenceUpload = z.infer<typeof EvidenceUpload>

export const EvidenceUploadState = z.object({
  uploadId: EvidenceId,
  state: EvidenceState,
  chunkBytes: z.int(),
  chunks: z.int(),
  have: z.array(ChunkRange),
  bytes: z.int(),
  sha256: Sha256,
  /** Why it was refused. */
  why: z.string().nullable(),
})
export type EvidenceUploadState = z.infer<typeof EvidenceUploadState>

const UploadParams = z.object({ uploadId: EvidenceId })

/** Of agents, on their own listener. Uploads are resumable: ask what is there, send the rest in any order, finish. */
export const evidenceAgentRoutes = {
  agentEvidenceOpen: {
    method: 'POST',
    path: '/agent/v1/evidence',
    auth: device,
    summary: 'Announce an archive of a collection that is under way; the same hash again answers what is here already',
    body: EvidenceUpload,
    response: EvidenceUploadState,
    status: 200,
  },
  agentEvidenceChunk: {
    method: 'PUT',
    path: '/agent/v1/evidence/:uploadId/chunks/:index',
    auth: device,
    summary: 'One part, with its SHA-256 in a header; doubled ones do no harm',
    params: UploadParams.extend({ index: z.coerce.number().int().min(0).max(mostEvidenceChunks) }),
    takes: 'bytes',
    response: z.object({ index: z.int(), stored: z.literal(true) }),
  },
  agentEvidenceStatus: {
    method: 'GET',
    path: '/agent/v1/evidence/:uploadId',
    auth: device,
    summary: 'Which parts are here',
    params: UploadParams,
    response: EvidenceUploadState,
  },
  /** Asked again until `state` is `stored`: a large archive takes longer to check than a request should. */
  agentEvidenceFinish: {
    method: 'POST',
    path: '/agent/v1/evidence/:uploadId/finish',
    auth: device,
    summary: 'All is sent: everything is hashed again and held against the manifest',
    params: UploadParams,
    response: EvidenceUploadState,
  },
} as const satisfies Record<string, RouteDefinition>
