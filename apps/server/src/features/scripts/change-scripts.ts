import { scriptSignaturePayloadType, type Envelope, type Script, type ScriptInterpreter } from '@riposte/contract'
import { createHash } from 'node:crypto'
import type { Clock } from '../../platform/clock.ts'
import { newId } from '../../platform/crypto/secrets.ts'
import type { SigningKey } from '../../platform/crypto/signing-key.ts'
import type { Database, Row, Transaction } from '../../platform/db/database.ts'
import type { MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { byMember, record } from '../audit/index.ts'
import { readScript, type VersionRow } from './read-scripts.ts'
import { findScriptErrors, mayApproveScript } from './script-policy.ts'

export interface VersionDraft {
  readonly interpreter: ScriptInterpreter
  readonly content: string
  readonly postCheck: string | null
  readonly destructive: boolean
  readonly note: string
}

export interface ScriptParts {
  readonly db: Database
  readonly clock: Clock
  readonly signingKey: SigningKey
  /** Cancels runs of the script that no agent has begun. */
  readonly voidRuns: (tx: Transaction, organisationId: string, scriptId: string, why: string) => Promise<number>
}

export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex')

export function createScript(
  parts: ScriptParts,
  actor: MemberActor,
  draft: VersionDraft & { name: string; description: string },
): Promise<Script> {
  checkDraft(draft)
  const scriptId = newId()
  return parts.db.transaction(async (tx) => {
    const now = parts.clock()
    const [made] = await tx.query(
      `insert into script (id, organisation_id, name, description, created_at, updated_at) values ($1, $2, $3, $4, $5, $5)
       on conflict do nothing returning id`,
      [scriptId, actor.organisationId, draft.name, draft.description, now],
    )
    if (!made)
      throw new Refusal('script.invalid', 'A script of that name exists already', {
        errors: [
          { path: 'name', message: 'taken', given: draft.name, allowed: 'another name, or a new version of it' },
        ],
      })
    await addVersion(parts, tx, { actor, scriptId, version: 1, draft, now })
    return finish(tx, actor, scriptId, { action: 'script.created', details: { name: draft.name, version: 1 } })
  })
}

export const addScriptVersion = (
  parts: ScriptParts,
  actor: MemberActor,
  scriptId: string,
  draft: VersionDraft & { after: number },
): Promise<Script> =>
  changeScript(parts, actor, scriptId, async (tx, script) => {
    checkDraft(draft)
    if (script.latest.version !== draft.after)
      throw new Refusal(
        'script.version_conflict',
        `You were looking at version ${draft.after}; it is ${script.latest.version} now`,
      )
    const version = draft.after + 1
    const now = parts.clock()
    await tx.query(`update script_version set state = 'void' where script_id = $1 and state <> 'void'`, [scriptId])
    await addVersion(parts, tx, { actor, scriptId, version, draft, now })
    const voided = await parts.voidRuns(tx, actor.organisationId, scriptId, `Version ${version} took its place`)
    return { action: 'script.version_added', details: { version, sha256: sha256Of(draft.content), voidedRuns: voided } }
  })

export const approveScriptVersion = (
  parts: ScriptParts,
  actor: MemberActor,
  scriptId: string,
  seen: { version: number; sha256: string },
): Promise<Script> =>
  changeScript(parts, actor, scriptId, async (tx) => {
    const [row] = await tx.query<VersionRow>('select * from script_version where script_id = $1 and version = $2', [
      scriptId,
      seen.version,
    ])
    if (!row) throw new Refusal('script.not_found', `It has no version ${seen.version}`)
    const no = mayApproveScript(
      { state: row.state, authorId: row.author_id, sha256: row.sha256 },
      { memberId: actor.memberId, sha256: seen.sha256 },
    )
    if (no) throw new Refusal(no.code, no.why)
    const now = parts.clock()
    const signature = sign(parts, { row, scriptId, act: 'approved', memberId: actor.memberId, now })
    await tx.query(
      `update script_version set state = 'approved', approver_id = $3, approver_name = $4, approved_at = $5, approver_signature = $6
       where script_id = $1 and version = $2 and state = 'draft'`,
      [scriptId, seen.version, actor.memberId, actor.name, now, signature],
    )
    return { action: 'script.version_approved', details: { version: seen.version, sha256: row.sha256 } }
  })

export const retireScript = (
  parts: ScriptParts,
  actor: MemberActor,
  scriptId: string,
  reason: string,
): Promise<Script> =>
  changeScript(parts, actor, scriptId, async (tx) => {
    await tx.query('update script set retired_at = $2 where id = $1', [scriptId, parts.clock()])
    await tx.query(`update script_version set state = 'void' where script_id = $1 and state <> 'void'`, [scriptId])
    const voided = await parts.voidRuns(tx, actor.organisationId, scriptId, 'The script was retired')
    return { action: 'script.retired', details: { reason, voidedRuns: voided } }
  })

export const renameScript = (
  parts: ScriptParts,
  actor: MemberActor,
  scriptId: string,
  change: { name?: string | undefined; description?: string | undefined },
): Promise<Script> =>
  changeScript(parts, actor, scriptId, async (tx) => {
    await tx.query(
      'update script set name = coalesce($2, name), description = coalesce($3, description) where id = $1',
      [scriptId, change.name ?? null, change.description ?? null],
    )
    return { action: 'script.renamed', details: { ...change } }
  })

function changeScript(
  parts: ScriptParts,
  actor: MemberActor,
  scriptId: string,
  edit: (tx: Transaction, script: Script) => Promise<{ action: string; details: Record<string, unknown> }>,
): Promise<Script> {
  return parts.db.transaction(async (tx) => {
    // Changes of one script wait for each other.
    await tx.query('select 1 from script where id = $1 for update', [scriptId])
    const script = await readScript(tx, actor.organisationId, scriptId)
    if (!script) throw new Refusal('script.not_found')
    if (script.retired) throw new Refusal('script.retired')
    const done = await edit(tx, script)
    await tx.query('update script set updated_at = $2 where id = $1', [scriptId, parts.clock()])
    return finish(tx, actor, scriptId, done)
  })
}

async function finish(
  tx: Transaction,
  actor: MemberActor,
  scriptId: string,
  done: { action: string; details: Record<string, unknown> },
): Promise<Script> {
  await record(tx, { ...byMember(actor), ...done, subject: { kind: 'script', id: scriptId } })
  await tx.notify({ kind: 'scripts', organisationId: actor.organisationId })
  const script = await readScript(tx, actor.organisationId, scriptId)
  if (!script) throw new Refusal('script.not_found')
  return script
}

function checkDraft(draft: VersionDraft): void {
  const errors = findScriptErrors(draft)
  if (errors.length > 0) throw new Refusal('script.invalid', errors[0]?.message, { errors })
}

async function addVersion(
  parts: ScriptParts,
  tx: Transaction,
  made: { actor: MemberActor; scriptId: string; version: number; draft: VersionDraft; now: Date },
): Promise<void> {
  const { actor, scriptId, version, draft, now } = made
  const sha256 = sha256Of(draft.content)
  const row = { ...draft, version, sha256, post_check: draft.postCheck }
  await tx.query<Row>(
    `insert into script_version (script_id, version, state, interpreter, content, sha256, post_check, destructive, note, author_id, author_name, authored_at, author_signature)
     values ($1, $2, 'draft', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      scriptId,
      version,
      draft.interpreter,
      draft.content,
      sha256,
      draft.postCheck,
      draft.destructive,
      draft.note,
      actor.memberId,
      actor.name,
      now,
      sign(parts, { row, scriptId, act: 'authored', memberId: actor.memberId, now }),
    ],
  )
}

/** What a member said of one version, signed as they said it: an agent checks both statements before it runs anything. */
const sign = (
  parts: ScriptParts,
  said: {
    row: Pick<VersionRow, 'version' | 'sha256' | 'post_check' | 'interpreter' | 'destructive'>
    scriptId: string
    act: 'authored' | 'approved'
    memberId: string
    now: Date
  },
): Envelope =>
  parts.signingKey.seal(scriptSignaturePayloadType, {
    scriptId: said.scriptId,
    version: said.row.version,
    sha256: said.row.sha256,
    postCheckSha256: said.row.post_check === null ? null : sha256Of(said.row.post_check),
    interpreter: said.row.interpreter,
    destructive: said.row.destructive,
    act: said.act,
    memberId: said.memberId,
    at: said.now.toISOString(),
  }).envelope
