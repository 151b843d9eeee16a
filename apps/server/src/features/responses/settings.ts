import { may, type responseApi, type Role } from '@riposte/contract'
import type { z } from 'zod'
import type { Clock } from '../../platform/clock.ts'
import type { Database, Queryable, Row } from '../../platform/db/database.ts'
import type { MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { byMember, record } from '../audit/index.ts'
import { isNetwork, requirementsOf, standardSettings, type ResponseSettings } from './response-policy.ts'

const key = 'approval-requirements'

interface SettingRow extends Row {
  value: Partial<ResponseSettings>
  updated_at: Date
  updated_by: string
}

const readRow = async (db: Queryable, organisationId: string): Promise<SettingRow | undefined> =>
  (
    await db.query<SettingRow>(
      'select value, updated_at, updated_by from organisation_setting where organisation_id = $1 and key = $2',
      [organisationId, key],
    )
  )[0]

export const readSettings = async (db: Queryable, organisationId: string): Promise<ResponseSettings> => ({
  ...standardSettings,
  ...(await readRow(db, organisationId))?.value,
})

/** What agents are told when they connect. */
export async function readHostPolicy(db: Queryable, organisationId: string) {
  const { neverBlock, protectedProcesses, isolationAllow } = await readSettings(db, organisationId)
  return {
    neverBlock: [...neverBlock],
    protectedProcesses: [...protectedProcesses],
    isolationAllow: [...isolationAllow],
  }
}

export async function readRequirements(db: Queryable, organisationId: string) {
  const row = await readRow(db, organisationId)
  const settings = { ...standardSettings, ...row?.value }
  return {
    items: requirementsOf(settings),
    approvalHours: settings.approvalHours,
    neverBlock: [...settings.neverBlock],
    protectedProcesses: [...settings.protectedProcesses],
    isolationAllow: [...settings.isolationAllow],
    updatedAt: row?.updated_at.toISOString() ?? null,
    updatedBy: row?.updated_by ?? null,
  }
}

type Wanted = z.output<(typeof responseApi)['setApprovalRequirements']['body']>

export function setRequirements(parts: { db: Database; clock: Clock }, actor: MemberActor, wanted: Wanted) {
  checkWanted(wanted)
  return parts.db.transaction(async (tx) => {
    await tx.query('select 1 from organisation where id = $1 for no key update', [actor.organisationId])
    await checkEnoughApprovers(tx, actor.organisationId, wanted)
    const before = await readSettings(tx, actor.organisationId)
    await tx.query(
      `insert into organisation_setting (organisation_id, key, value, updated_at, updated_by) values ($1, $2, $3, $4, $5)
       on conflict (organisation_id, key) do update set value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
      [actor.organisationId, key, wanted, parts.clock(), actor.name],
    )
    await record(tx, {
      ...byMember(actor),
      action: 'settings.approvals_changed',
      subject: { kind: 'organisation', id: actor.organisationId },
      details: { before, after: wanted, loud: true },
    })
    return { items: requirementsOf(wanted) }
  })
}

/** Whoever asks does not consent: a number that nobody can ever reach would be a ban, said in a way that nobody understands. */
async function checkEnoughApprovers(db: Queryable, organisationId: string, wanted: Wanted): Promise<void> {
  const members = await db.query<Row & { role: Role }>(
    'select role from member where organisation_id = $1 and removed_at is null',
    [organisationId],
  )
  const able = members.filter(({ role }) => may(role, 'response.approve')).length
  const errors = Object.entries(wanted.approvers)
    .filter(([, approvers]) => approvers > 1 && approvers > able - 1)
    .map(([type, approvers]) => ({
      path: `approvers.${type}`,
      message: `${approvers} people besides whoever asks must approve, and only ${able} ${able === 1 ? 'member' : 'members'} may approve at all: add members who may, or ask for fewer`,
      given: String(approvers),
      allowed: String(Math.max(1, able - 1)),
    }))
  if (errors.length > 0) throw new Refusal('request.invalid', errors[0]?.message, { errors })
}

function checkWanted(wanted: Wanted): void {
  const types = requirementsOf(standardSettings).map(({ type }) => type)
  const errors = [
    ...Object.keys(wanted.approvers)
      .filter((type) => !types.includes(type))
      .map((type) => ({
        path: `approvers.${type}`,
        message: 'there is no such response action',
        given: type,
        allowed: types.join(', '),
      })),
    ...(['neverBlock', 'isolationAllow'] as const).flatMap((list) =>
      wanted[list].flatMap((given, index) =>
        isNetwork(given)
          ? []
          : [
              {
                path: `${list}[${index}]`,
                message: 'not an address or network',
                given,
                allowed: '203.0.113.7 or 2001:db8::/32',
              },
            ],
      ),
    ),
  ]
  if (errors.length > 0) throw new Refusal('request.invalid', undefined, { errors })
}
