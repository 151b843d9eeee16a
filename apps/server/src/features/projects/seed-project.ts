import { parseProjectToken } from '@riposte/contract'
import { hashSecret } from '../../platform/crypto/secrets.ts'
import { writeSecret } from '../../platform/crypto/secret-file.ts'
import type { Database, Row } from '../../platform/db/database.ts'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { addToken, createProject } from './manage-projects.ts'

const fileName = 'seed-project-token'
const author = { kind: 'system', id: null, name: 'first start' } as const

/**
 * The project that the first start makes for the example app, with a token that stays the same: only its hash is in the database,
 * so the token itself is kept in the data folder for its owner's eyes. A lost or foreign file gets a new token of the same project.
 */
export async function seedProject(
  db: Database,
  wish: { organisationId: string; name: string; keyFingerprint: string; secretsDir: string },
) {
  const kept = await readKept(db, wish.secretsDir, wish.keyFingerprint)
  if (kept) return kept
  const made = await db.transaction(async (tx) => {
    const [found] = await tx.query<Row & { id: string }>(
      'select id from project where organisation_id = $1 order by created_at limit 1',
      [wish.organisationId],
    )
    if (!found) {
      const { project, token } = await createProject(
        tx,
        { organisationId: wish.organisationId, actor: author },
        { ...wish, type: 'cloud' },
      )
      return { projectId: project.id, token }
    }
    const { token } = await addToken(tx, {
      projectId: found.id,
      keyFingerprint: wish.keyFingerprint,
      note: 'example app',
    })
    return { projectId: found.id, token }
  })
  writeSecret(wish.secretsDir, fileName, made.token)
  return made
}

async function readKept(
  db: Database,
  secretsDir: string,
  keyFingerprint: string,
): Promise<{ projectId: string; token: string } | null> {
  let token: string
  try {
    token = readFileSync(path.join(secretsDir, fileName), 'utf8').trim()
  } catch {
    return null
  }
  const parts = parseProjectToken(token)
  if (!parts || parts.keyFingerprint !== keyFingerprint) return null
  const rows = await db.query(
    'select 1 from project_token where token_hash = $1 and project_id = $2 and revoked_at is null and (expires_at is null or expires_at > now())',
    [hashSecret(parts.secret), parts.projectId],
  )
  return rows.length > 0 ? { projectId: parts.projectId, token } : null
}
