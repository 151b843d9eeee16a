import { findSpec } from '@riposte/actions/specs'
import type { Clock } from '../../platform/clock.ts'
import type { Database, Row } from '../../platform/db/database.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { readMailSettings, type Notifications } from '../notifications/index.ts'
import { ResponseFailure, type ResponseExtension, type ResponseFacts } from '../responses/index.ts'
import { openConnector, type LdapParts } from './ldap/connectors.ts'
import { LdapFailure } from './ldap/ldap-session.ts'
import { readLdapAccount, resetLdapAccount } from './ldap/reset-account.ts'
import { forceReset } from './password-flag.ts'
import type { AccountRow, PersonRow } from './person-row.ts'
import { readAccounts, readPersonRow } from './read-people.ts'

export interface ResetParts extends LdapParts {
  readonly db: Database
  readonly clock: Clock
  readonly notifications: Notifications
  /** Asks for the password of a local account to be expired by its device's agent, in the name of whoever asked for the reset. */
  expireOnDevice(response: ResponseFacts, account: { deviceId: string; name: string }): Promise<DeviceStep>
}

/** An agent does only what was consented to for its device: so this is a request of its own, and may wait for approval. */
export type DeviceStep =
  { readonly state: 'asked'; readonly requestId: string } | { readonly state: 'refused'; readonly detail: string }

type Step = Readonly<Record<string, unknown>>
interface ResetRow extends Row {
  id: string
  at: Date
  steps: Record<string, Step>
}

const type = 'force_password_reset'
const mailWaitMs = 60_000

/** Of the parameters, what matters for a person. */
const wantsMail = (parameters: Readonly<Record<string, unknown>>): boolean =>
  findSpec(type)?.parameters.safeParse(parameters).data?.['notify'] !== false

/**
 * Force password reset of a person: the flag, every directory that knows them, the mail, and a request for each device with a local
 * account of theirs. Each step is done once, whatever crashes in between. Without mail it is refused at submission, unless nobody
 * is to be told.
 */
export function passwordResetExtension(parts: ResetParts): ResponseExtension {
  return {
    type,
    inspect: async (organisationId, parameters) => {
      // A local account on a device: nobody is told.
      if (typeof parameters['user'] === 'string' || !wantsMail(parameters)) return {}
      if (!(await parts.notifications.ready(organisationId, 'mail')))
        throw new Refusal(
          'mail.not_configured',
          'The person cannot be told: set up mail under Settings, Mail, or choose not to send the mail',
          { errors: [{ path: 'parameters.notify', message: 'mail is not set up', given: 'true', allowed: 'false' }] },
        )
      return {}
    },
    runsHere: ({ personId }) => personId !== null,
    execute: (response) => execute(parts, response),
    verify: (response) =>
      response.personId === null ? Promise.resolve(null) : verify(parts, response, response.personId),
  }
}

async function execute(parts: ResetParts, response: ResponseFacts): Promise<Step> {
  const { organisationId, personId } = response
  if (personId === null) throw new ResponseFailure('unsupported', 'That is done by an agent')
  const person = await readPersonRow(parts.db, organisationId, personId).catch((error: unknown) => {
    if (error instanceof Refusal) throw new ResponseFailure('does_not_exist', 'There is no such person any more')
    throw error
  })
  const reset = await force(parts, response, person)
  const accounts = await readAccounts(parts.db, personId)
  const failures: string[] = []
  const waits: string[] = []
  const steps: Record<string, Step> = { ...reset.steps }
  for (const account of accounts) {
    const step = await resetAccount(parts, response, account, steps[account.id])
    steps[account.id] = step
    await parts.db.query('update person_reset set steps = steps || $2 where id = $1', [
      reset.id,
      { [account.id]: step },
    ])
    if (step['state'] === 'failed') failures.push(`${account.place ?? account.kind}: ${String(step['detail'])}`)
    if (step['state'] === 'waiting') waits.push(`${account.place ?? account.kind}: ${String(step['detail'])}`)
  }
  const mail = await tell(parts, response, person)
  if (mail['state'] === 'failed') failures.push(`Mail to ${person.email}: ${String(mail['detail'])}`)
  if (mail['state'] === 'waiting') waits.push(`Mail to ${person.email}: ${String(mail['detail'])}`)
  // Tried again until the response's time is up.
  if (waits.length > 0) throw new Error(waits.join('; '))
  const evidence = { flaggedAt: reset.at.toISOString(), mail, accounts: Object.values(steps) }
  if (failures.length > 0)
    throw new ResponseFailure('partial', `The person is flagged, but: ${failures.join('; ')}`, evidence)
  return evidence
}

/** The flag and the mail that tells of it, in one transaction. */
async function force(parts: ResetParts, response: ResponseFacts, person: PersonRow): Promise<ResetRow> {
  const { organisationId, id: responseId } = response
  await parts.db.transaction(async (tx) => {
    const now = parts.clock()
    const first = await forceReset(tx, {
      organisationId,
      personId: person.id,
      responseId,
      by: response.submittedBy,
      reason: response.justification,
      at: now,
    })
    if (!first || !wantsMail(response.parameters)) return
    const [organisation] = await tx.query<Row & { name: string }>('select name from organisation where id = $1', [
      organisationId,
    ])
    const mail = await readMailSettings(tx, organisationId)
    await parts.notifications.leave(tx, {
      organisationId,
      channel: 'mail',
      to: person.email,
      template: 'password_reset',
      data: { name: person.name, organisation: organisation?.name ?? '', url: mail?.resetUrl ?? null },
      personId: person.id,
      responseId,
      uniqueKey: mailKey(responseId),
      from: new Date(now.getTime() + mailWaitMs),
    })
  })
  const [reset] = await parts.db.query<ResetRow>(
    `select id, at, steps from person_reset where response_id = $1 and person_id = $2 and kind = 'forced'`,
    [responseId, person.id],
  )
  if (!reset) throw new ResponseFailure('does_not_exist', 'There is no such person any more')
  return reset
}

const mailKey = (responseId: string): string => `password_reset:${responseId}`

async function tell(parts: ResetParts, response: ResponseFacts, person: PersonRow): Promise<Step> {
  if (!wantsMail(response.parameters)) return { state: 'not_asked' }
  const [row] = await parts.db.query<Row & { id: string }>('select id from notification where unique_key = $1', [
    mailKey(response.id),
  ])
  if (!row) return { state: 'failed', detail: 'The mail is not there any more' }
  const { state, detail, finishedAt } = await parts.notifications.deliver(row.id)
  return { state, to: person.email, detail, at: finishedAt?.toISOString() ?? null }
}

/** Anything but `waiting` is final, and is not done again. */
async function resetAccount(
  parts: ResetParts,
  response: ResponseFacts,
  account: AccountRow,
  before: Step | undefined,
): Promise<Step> {
  if (before && before['state'] !== 'waiting') return before
  const step = { kind: account.kind, where: account.place, account: account.name }
  if (account.device_id !== null)
    return { ...step, ...(await parts.expireOnDevice(response, { deviceId: account.device_id, name: account.name })) }
  if (account.connector_id === null)
    // SCIM has no attribute that forces a change: the flag is there for the identity provider to read.
    return { ...step, state: 'shown', detail: 'passwordResetRequired is true for the identity provider that reads it' }
  try {
    const connector = await openConnector(parts, response.organisationId, account.connector_id)
    const state = await resetLdapAccount(connector.settings, connector.password, account.name)
    return { ...step, state: 'reset', by: state.by, at: parts.clock().toISOString() }
  } catch (error) {
    if (error instanceof Refusal) return { ...step, state: 'failed', detail: 'The connector is not there any more' }
    if (!(error instanceof LdapFailure)) throw error
    // An answer of the directory stays the same; no answer may come later.
    return { ...step, state: error.resultCode === null ? 'waiting' : 'failed', detail: error.message }
  }
}

type Verdict = NonNullable<Awaited<ReturnType<NonNullable<ResponseExtension['verify']>>>>

async function verify(parts: ResetParts, response: ResponseFacts, personId: string): Promise<Verdict> {
  const [person] = await parts.db.query<PersonRow>('select * from person where id = $1', [personId])
  const [reset] = await parts.db.query<ResetRow>(
    `select id, at, steps from person_reset where response_id = $1 and person_id = $2 and kind = 'forced'`,
    [response.id, personId],
  )
  if (!person || !reset) return { result: 'failed', detail: 'The person is not there any more', evidence: {} }
  const changedAt = person.password_changed_at
  const changed = changedAt !== null && changedAt >= reset.at
  const evidence: Record<string, unknown> = {
    flagged: person.password_reset_at !== null,
    passwordChangedAt: changedAt?.toISOString() ?? null,
  }
  if (person.password_reset_at === null && !changed) {
    const [end] = await parts.db.query<Row & { by: string; reason: string }>(
      `select by, reason from person_reset where person_id = $1 and id > $2 and kind = 'cleared' order by id desc limit 1`,
      [personId, reset.id],
    )
    return {
      result: 'failed',
      detail: end ? `${end.by} took the flag away: ${end.reason}` : 'The flag is gone and no new password is known of',
      evidence,
    }
  }
  const words = changed ? 'A new password was chosen' : 'The flag is still set'
  const accounts = await readAccounts(parts.db, personId)
  const seen: Step[] = []
  const wrong: string[] = []
  const unknown: string[] = []
  for (const account of accounts) {
    if (account.connector_id === null || reset.steps[account.id]?.['state'] !== 'reset') continue
    try {
      const connector = await openConnector(parts, response.organisationId, account.connector_id)
      const state = await readLdapAccount(connector.settings, connector.password, account.name)
      seen.push({ account: account.name, ...state })
      // Directories tell whole seconds.
      const since = Math.floor(reset.at.getTime() / 1_000) * 1_000
      if (!state.mustChange && (state.changedAt === null || Date.parse(state.changedAt) < since))
        wrong.push(`${account.place ?? 'LDAP'} does not ask for a new password any more`)
    } catch (error) {
      if (!(error instanceof LdapFailure) && !(error instanceof Refusal)) throw error
      unknown.push(`${account.place ?? 'LDAP'}: ${error.message}`)
    }
  }
  const all = { ...evidence, accounts: seen }
  if (wrong.length > 0) return { result: 'failed', detail: wrong.join('; '), evidence: all }
  if (unknown.length > 0) return { result: 'inconclusive', detail: `${words}; ${unknown.join('; ')}`, evidence: all }
  return { result: 'passed', detail: words, evidence: all }
}
