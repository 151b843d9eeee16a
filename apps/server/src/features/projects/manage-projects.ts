import { formatProjectToken, type ProjectType } from '@riposte/contract'
import { hashSecret, newId, newSecret } from '../../platform/crypto/secrets.ts'
import type { Row, Transaction } from '../../platform/db/database.ts'
import { record, type AuditEvent } from '../audit/index.ts'

type Author = Pick<AuditEvent, 'organisationId' | 'actor'>

export interface ProjectRow extends Row {
  id: string
  name: string
  type: ProjectType
  revision: number
  created_at: Date
}

export const toProject = (row: ProjectRow) => ({
  id: row.id,
  name: row.name,
  type: row.type,
  revision: row.revision,
  createdAt: row.created_at.toISOString(),
})

export interface TokenRow extends Row {
  id: string
  prefix: string
  note: string
  created_at: Date
  expires_at: Date | null
  last_used_at: Date | null
}

export const toToken = (row: TokenRow) => ({
  id: row.id,
  prefix: row.prefix,
  note: row.note,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at?.toISOString() ?? null,
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
})

/** A project with its first token: one change, one audit entry. */
export async function createProject(
  tx: Transaction,
  author: Author,
  wish: { name: string; type: ProjectType; keyFingerprint: string },
) {
  const [row] = await tx.query<ProjectRow>(
    'insert into project (id, organisation_id, name, type) values ($1, $2, $3, $4) returning id, name, type, revision, created_at',
    [newId(), author.organisationId, wish.name, wish.type],
  )
  const project = toProject(row as ProjectRow)
  await tx.query(
    `insert into revision (project_id, revision, author, reason, summary, rules) values ($1, 0, $2, '', 'Project created', '[]')`,
    [project.id, author.actor.name],
  )
  const { token } = await addToken(tx, { projectId: project.id, keyFingerprint: wish.keyFingerprint, note: 'first' })
  await record(tx, {
    ...author,
    action: 'project.created',
    subject: { kind: 'project', id: project.id },
    details: { name: wish.name, type: wish.type },
  })
  return { project, token }
}

/** Only the hash of the secret is kept. @returns the token, to be shown once */
export async function addToken(tx: Transaction, wish: { projectId: string; keyFingerprint: string; note: string }) {
  const secret = newSecret()
  const token = formatProjectToken({ projectId: wish.projectId, keyFingerprint: wish.keyFingerprint, secret })
  const [row] = await tx.query<TokenRow>(
    `insert into project_token (id, project_id, prefix, note, token_hash) values ($1, $2, $3, $4, $5)
     returning id, prefix, note, created_at, expires_at, last_used_at`,
    [newId(), wish.projectId, `…${secret.slice(-6)}`, wish.note, hashSecret(secret)],
  )
  return { token, item: toToken(row as TokenRow) }
}
