import * as z from 'zod'
import { ScriptId } from '../ids.ts'
import { member, page, Paging, Sha256, Time, type RouteDefinition } from '../route.ts'

/** Programs that a script may be handed to; an agent has the same list and runs nothing else. */
export const scriptInterpreters = ['bash', 'sh', 'python3', 'powershell'] as const
export const ScriptInterpreter = z.enum(scriptInterpreters)
export type ScriptInterpreter = z.infer<typeof ScriptInterpreter>

/** Bytes of one script. */
export const maxScriptBytes = 256 * 1024

/** DSSE payload type of what an author and an approver say of one version. */
export const scriptSignaturePayloadType = 'application/vnd.riposte.script+json'

/** The payload: exactly these bytes, written and approved by two people. Signed by the control plane as it happens. */
export const ScriptStatement = z.object({
  scriptId: ScriptId,
  version: z.int().min(1),
  sha256: Sha256,
  postCheckSha256: Sha256.nullable(),
  interpreter: ScriptInterpreter,
  destructive: z.boolean(),
  act: z.enum(['authored', 'approved']),
  memberId: z.string(),
  at: Time,
})
export type ScriptStatement = z.infer<typeof ScriptStatement>

/** `draft`: waits for a second person. `approved`: may run. `void`: a later version took its place, or the script was retired. */
export const ScriptVersionState = z.enum(['draft', 'approved', 'void'])

const Content = z
  .string()
  .min(1)
  .refine((text) => new TextEncoder().encode(text).length <= maxScriptBytes, `longer than ${maxScriptBytes} bytes`)

const VersionDraft = z.strictObject({
  interpreter: ScriptInterpreter,
  content: Content,
  /** A script of the same interpreter that ends with 0 when the effect is there; run for verification. */
  postCheck: Content.nullable().default(null),
  /** Waits for a second person at each run. */
  destructive: z.boolean(),
  note: z.string().max(500).default(''),
})

export const ScriptVersion = z.object({
  version: z.int(),
  state: ScriptVersionState,
  interpreter: ScriptInterpreter,
  content: z.string(),
  sha256: Sha256,
  postCheck: z.string().nullable(),
  destructive: z.boolean(),
  note: z.string(),
  author: z.object({ id: z.string(), name: z.string(), at: Time }),
  approver: z.object({ id: z.string(), name: z.string(), at: Time }).nullable(),
})
export type ScriptVersion = z.infer<typeof ScriptVersion>

export const ScriptSummary = z.object({
  id: ScriptId,
  name: z.string(),
  description: z.string(),
  retired: z.boolean(),
  latest: z.object({
    version: z.int(),
    state: ScriptVersionState,
    interpreter: ScriptInterpreter,
    destructive: z.boolean(),
  }),
  /** The version that may run; null: none yet. */
  runnable: z.int().nullable(),
  updatedAt: Time,
  runs: z.int(),
})
export type ScriptSummary = z.infer<typeof ScriptSummary>

export const Script = ScriptSummary.extend({
  /** Newest first. */
  versions: z.array(ScriptVersion),
})
export type Script = z.infer<typeof Script>

/** A remote-management system that runs scripts for us, by HTTP. Riposte's own agent needs none. */
export const ScriptConnector = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['agent', 'http']),
  url: z.string().nullable(),
  hasSecret: z.boolean(),
  updatedAt: Time.nullable(),
})
export type ScriptConnector = z.infer<typeof ScriptConnector>

const ScriptParams = z.object({ scriptId: ScriptId })
const Name = z.string().trim().min(1).max(100)
const Description = z.string().max(2_000)

export const scriptApi = {
  listScripts: {
    method: 'GET',
    path: '/api/v1/scripts',
    auth: member('read'),
    summary: 'The script library by name',
    query: z.object({ text: z.string().max(200).optional(), retired: z.stringbool().optional() }).extend(Paging.shape),
    response: page(ScriptSummary),
  },
  createScript: {
    method: 'POST',
    path: '/api/v1/scripts',
    auth: member('script.write'),
    summary: 'Add a script; its first version waits for a second person',
    body: VersionDraft.extend({ name: Name, description: Description.default('') }),
    response: Script,
    status: 201,
  },
  getScript: {
    method: 'GET',
    path: '/api/v1/scripts/:scriptId',
    auth: member('read'),
    summary: 'A script with all versions',
    params: ScriptParams,
    response: Script,
  },
  renameScript: {
    method: 'PATCH',
    path: '/api/v1/scripts/:scriptId',
    auth: member('script.write'),
    summary: 'Change name or description; versions stay as they are',
    params: ScriptParams,
    body: z.strictObject({ name: Name.optional(), description: Description.optional() }),
    response: Script,
  },
  addScriptVersion: {
    method: 'POST',
    path: '/api/v1/scripts/:scriptId/versions',
    auth: member('script.write'),
    summary: 'A new version; runs of older ones that have not begun are void',
    params: ScriptParams,
    /** `after`: the newest version that the author was looking at. */
    body: VersionDraft.extend({ after: z.int().min(1) }),
    response: Script,
    status: 201,
  },
  approveScriptVersion: {
    method: 'POST',
    path: '/api/v1/scripts/:scriptId/versions/:version/approve',
    auth: member('script.approve'),
    summary: 'Consent to exactly these bytes, as somebody other than their author',
    params: ScriptParams.extend({ version: z.coerce.number().int().min(1) }),
    body: z.strictObject({ sha256: Sha256 }),
    response: Script,
  },
  retireScript: {
    method: 'POST',
    path: '/api/v1/scripts/:scriptId/retire',
    auth: member('script.write'),
    summary: 'It runs no more; what has not begun is void',
    params: ScriptParams,
    body: z.strictObject({ reason: z.string().trim().min(3).max(500) }),
    response: Script,
  },
  listScriptConnectors: {
    method: 'GET',
    path: '/api/v1/script-connectors',
    auth: member('read'),
    summary: 'Through what scripts can be run; the agent is always there',
    response: z.object({ items: z.array(ScriptConnector) }),
  },
  saveScriptConnector: {
    method: 'PUT',
    path: '/api/v1/script-connectors/:connectorId',
    auth: member('settings.write'),
    summary: 'Add or change a connector; the secret is kept when it is left out',
    params: z.object({
      connectorId: z.string().regex(/^[a-z0-9][a-z0-9-]{1,62}$/, 'lower-case letters, digits, hyphens'),
    }),
    body: z.strictObject({
      name: Name,
      /** Without a path at its end: `/runs` is added. */
      url: z.url({ protocol: /^https?$/ }).max(500),
      secret: z.string().min(24).max(200).optional(),
    }),
    response: ScriptConnector,
  },
  deleteScriptConnector: {
    method: 'DELETE',
    path: '/api/v1/script-connectors/:connectorId',
    auth: member('settings.write'),
    summary: 'Forget a connector and its secret',
    params: z.object({ connectorId: z.string().max(63) }),
  },
} as const satisfies Record<string, RouteDefinition>
