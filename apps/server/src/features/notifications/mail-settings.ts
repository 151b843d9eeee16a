import type { MailDraft, MailSettings } from '@riposte/contract'
import type { Clock } from '../../platform/clock.ts'
import type { SecretBox } from '../../platform/crypto/secret-box.ts'
import type { Database, Queryable, Row } from '../../platform/db/database.ts'
import type { MemberActor } from '../../platform/http/handler.ts'
import { byMember, record } from '../audit/index.ts'

type Fields = Omit<MailDraft, 'password'>
interface SettingRow extends Row {
  value: { readonly fields: Fields; readonly password: string | null }
  updated_at: Date
  updated_by: string
}

/** Settings with the password in the clear: for the moment of sending. */
export type MailAccess = Fields & { readonly password: string | null }

const purpose = (organisationId: string): string => `mail:${organisationId}`

const readRow = async (db: Queryable, organisationId: string): Promise<SettingRow | undefined> =>
  (
    await db.query<SettingRow>(
      `select value, updated_at, updated_by from organisation_setting where organisation_id = $1 and key = 'mail'`,
      [organisationId],
    )
  )[0]

const toSettings = (row: SettingRow): MailSettings => ({
  ...row.value.fields,
  hasPassword: row.value.password !== null,
  updatedAt: row.updated_at.toISOString(),
  updatedBy: row.updated_by,
})

export async function readMailSettings(db: Queryable, organisationId: string): Promise<MailSettings | null> {
  const row = await readRow(db, organisationId)
  return row ? toSettings(row) : null
}

export async function readMailAccess(
  parts: { readonly db: Queryable; readonly box: SecretBox },
  organisationId: string,
): Promise<MailAccess | null> {
  const row = await readRow(parts.db, organisationId)
  if (!row) return null
  const { fields, password } = row.value
  return {
    ...fields,
    password: password === null ? null : parts.box.open(Buffer.from(password, 'base64'), purpose(organisationId)),
  }
}

export function setMailSettings(
  parts: { readonly db: Database; readonly box: SecretBox; readonly clock: Clock },
  actor: MemberActor,
  draft: MailDraft,
): Promise<MailSettings> {
  const { db, box, clock } = parts
  return db.transaction(async (tx) => {
    const before = await readRow(tx, actor.organisationId)
    const { password, ...fields } = draft
    // A password that was given for one server is not sent to another one.
    const keeps =
      before?.value.fields.host === fields.host &&
      before.value.fields.user === fields.user &&
      before.value.fields.port === fields.port
    const kept = keeps ? before.value.password : null
    const sealed =
      password === undefined
        ? kept
        : password === null
          ? null
          : box.seal(password, purpose(actor.organisationId)).toString('base64')
    const [row] = await tx.query<SettingRow>(
      `insert into organisation_setting (organisation_id, key, value, updated_at, updated_by) values ($1, 'mail', $2, $3, $4)
       on conflict (organisation_id, key) do update set value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by
       returning value, updated_at, updated_by`,
      [actor.organisationId, { fields, password: sealed }, clock(), actor.name],
    )
    await record(tx, {
      ...byMember(actor),
      action: 'mail.configured',
      subject: { kind: 'setting', id: 'mail' },
      details: {
        host: fields.host,
        port: fields.port,
        tls: fields.tls,
        user: fields.user,
        from: fields.fromAddress,
        password: password === undefined ? (sealed === null ? 'none' : 'kept') : password === null ? 'none' : 'changed',
      },
    })
    return toSettings(row as SettingRow)
  })
}
