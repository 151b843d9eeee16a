import * as z from 'zod'
import { DeviceId, PersonId } from '../ids.ts'
import { directoryApi } from './directories.ts'
import { list, member, page, Paging, Sha256, Time, type RouteDefinition } from '../route.ts'

/** Where a person is kept. Who is pushed or synced is changed there, not here. */
export const personSources = ['manual', 'csv', 'scim', 'ldap'] as const
export const PersonSource = z.enum(personSources)
export type PersonSource = z.infer<typeof PersonSource>

export const PersonAccount = z.object({
  id: z.uuid(),
  kind: z.enum(['local', 'ldap', 'scim']),
  /** The device of a local account. */
  deviceId: DeviceId.nullable(),
  /** The LDAP connector, or the directory token, that knows it. */
  connectorId: z.uuid().nullable(),
  /** Of the device or connector. */
  where: z.string(),
  /** A user name, a distinguished name, or the identity provider's id. */
  name: z.string(),
})
export type PersonAccount = z.infer<typeof PersonAccount>

export const PersonSummary = z.object({
  id: PersonId,
  name: z.string(),
  email: z.string(),
  userName: z.string().nullable(),
  department: z.string().nullable(),
  manager: z.string().nullable(),
  source: PersonSource,
  active: z.boolean(),
  /** Set: must choose a new password. */
  passwordReset: z.object({ at: Time, by: z.string(), responseId: z.uuid().nullable() }).nullable(),
  passwordChangedAt: Time.nullable(),
  updatedAt: Time,
})
export type PersonSummary = z.infer<typeof PersonSummary>

export const Person = PersonSummary.extend({
  externalId: z.string().nullable(),
  createdAt: Time,
  accounts: z.array(PersonAccount),
  /** Newest first: each time that a reset was forced or taken away. */
  resets: z.array(
    z.object({
      at: Time,
      kind: z.enum(['forced', 'cleared', 'changed']),
      by: z.string(),
      reason: z.string(),
      responseId: z.uuid().nullable(),
    }),
  ),
  /** Newest first: mails to this person, and what became of them. */
  notifications: z.array(
    z.object({
      at: Time,
      channel: z.string(),
      template: z.string(),
      state: z.enum(['waiting', 'accepted', 'failed']),
      attempts: z.int(),
      detail: z.string().nullable(),
    }),
  ),
})
export type Person = z.infer<typeof Person>

const Name = z.string().trim().min(1).max(200)
const Short = z.string().trim().min(1).max(200)
/** Lower case: one person per address. */
export const PersonEmail = z.email().max(254).toLowerCase()
export const LocalAccount = z.strictObject({ deviceId: DeviceId, name: z.string().trim().min(1).max(256) })

export const PersonDraft = z.strictObject({
  name: Name,
  email: PersonEmail,
  userName: Short.nullable().default(null),
  department: Short.nullable().default(null),
  manager: Short.nullable().default(null),
  externalId: Short.nullable().default(null),
  active: z.boolean().default(true),
  /** Accounts on devices that a reset expires too. */
  localAccounts: z.array(LocalAccount).max(50).default([]),
})
export type PersonDraft = z.infer<typeof PersonDraft>

export const PersonFilter = z.object({
  /** Looks in name, e-mail, user name, department, external id. */
  text: z.string().max(200).optional(),
  source: list(PersonSource).optional(),
  flagged: z.stringbool().optional(),
  active: z.stringbool().optional(),
})
export type PersonFilter = z.infer<typeof PersonFilter>

/** Bytes and rows of one CSV file. */
export const maxPeopleCsvBytes = 16 * 1024 * 1024
export const maxPeopleCsvRows = 50_000

export const csvErrorCodes = [
  'not_utf8',
  'malformed',
  'header_missing',
  'header_unknown',
  'header_twice',
  'columns_wrong',
  'value_missing',
  'value_invalid',
  'value_too_long',
  'doubled',
  'managed_elsewhere',
  'taken',
] as const
export const CsvError = z.object({
  /** 1 is the header; of the record's first line. */
  line: z.int(),
  column: z.string().nullable(),
  code: z.enum(csvErrorCodes),
  message: z.string(),
  /** What would be right. */
  allowed: z.string(),
})
export type CsvError = z.infer<typeof CsvError>

export const ImportPreview = z.object({
  /** Of the file: applying names it, so that nothing else is applied than what was looked at. */
  sha256: Sha256,
  rows: z.int(),
  create: z.int(),
  update: z.int(),
  unchanged: z.int(),
  /** The first 200; `errorCount` counts all. */
  errors: z.array(CsvError),
  errorCount: z.int(),
  /** The first 20 that would be made or changed. */
  sample: z.array(
    z.object({ line: z.int(), change: z.enum(['create', 'update']), name: z.string(), email: z.string() }),
  ),
})
export type ImportPreview = z.infer<typeof ImportPreview>

const PersonParams = z.object({ personId: PersonId })
const Reason = z.string().trim().min(3).max(500)

export const peopleApi = {
  ...directoryApi,
  listPeople: {
    method: 'GET',
    path: '/api/v1/people',
    auth: member('people.read'),
    summary: 'People by name',
    query: PersonFilter.extend(Paging.shape),
    response: page(PersonSummary).extend({
      /** Of the whole filter, not of the page. */
      total: z.int(),
      flagged: z.int(),
    }),
  },
  createPerson: {
    method: 'POST',
    path: '/api/v1/people',
    auth: member('people.write'),
    summary: 'Add one person by hand',
    body: PersonDraft,
    response: Person,
    status: 201,
  },
  exportPeople: {
    method: 'GET',
    path: '/api/v1/people/export',
    auth: member('people.read'),
    summary: 'The filtered list as CSV, in the form that the import takes',
    query: PersonFilter,
    answers: 'file',
  },
  previewPeopleImport: {
    method: 'POST',
    path: '/api/v1/people/import/preview',
    auth: member('people.write'),
    summary:
      'What a CSV file would do; its bytes are the body. Columns: name, email, user_name, department, manager, external_id, active',
    takes: 'bytes',
    response: ImportPreview,
  },
  applyPeopleImport: {
    method: 'POST',
    path: '/api/v1/people/import',
    auth: member('people.write'),
    summary: 'Do what the preview of the same file said: all of it or nothing. Doing it again changes nothing',
    takes: 'bytes',
    query: z.object({
      /** From the preview. */
      sha256: Sha256,
      /** True: lines with errors are left out; otherwise one error refuses the file. */
      skipErrors: z.stringbool().default(false),
    }),
    response: ImportPreview,
  },
  getPerson: {
    method: 'GET',
    path: '/api/v1/people/:personId',
    auth: member('people.read'),
    summary: 'One person with accounts, flag and history of resets',
    params: PersonParams,
    response: Person,
  },
  updatePerson: {
    method: 'PATCH',
    path: '/api/v1/people/:personId',
    auth: member('people.write'),
    summary: 'Change a person; what a directory keeps is refused by name',
    params: PersonParams,
    body: z.strictObject({
      name: Name.optional(),
      email: PersonEmail.optional(),
      userName: Short.nullable().optional(),
      department: Short.nullable().optional(),
      manager: Short.nullable().optional(),
      externalId: Short.nullable().optional(),
      active: z.boolean().optional(),
      localAccounts: z.array(LocalAccount).max(50).optional(),
    }),
    response: Person,
  },
  deletePerson: {
    method: 'DELETE',
    path: '/api/v1/people/:personId',
    auth: member('people.write'),
    summary: 'Remove a person; what was done stays told',
    params: PersonParams,
  },
  clearPasswordReset: {
    method: 'POST',
    path: '/api/v1/people/:personId/clear-password-reset',
    auth: member('people.write'),
    summary: 'Take the flag away',
    params: PersonParams,
    body: z.strictObject({
      reason: Reason,
      /** True: a new password was chosen; false: the reset was a mistake. */
      changed: z.boolean().default(false),
    }),
    response: Person,
  },
} as const satisfies Record<string, RouteDefinition>
