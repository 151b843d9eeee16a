import * as z from 'zod'
import { member, Time, type RouteDefinition } from '../route.ts'

const Name = z.string().trim().min(1).max(200)

export const DirectoryToken = z.object({
  id: z.uuid(),
  name: z.string(),
  prefix: z.string(),
  createdAt: Time,
  createdBy: z.string(),
  lastUsedAt: Time.nullable(),
  expiresAt: Time.nullable(),
})
export type DirectoryToken = z.infer<typeof DirectoryToken>

const AttributeName = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'a letter, then letters, digits and hyphens')
/** Names of attributes in the directory. */
export const LdapAttributes = z.strictObject({
  /** Never changes for an entry, such as `entryUUID` or `objectGUID`. */
  id: AttributeName.default('entryUUID'),
  name: AttributeName.default('cn'),
  email: AttributeName.default('mail'),
  userName: AttributeName.default('uid'),
  department: AttributeName.default('departmentNumber'),
  manager: AttributeName.default('manager'),
})

const Host = z
  .string()
  .trim()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9._:-]+$/, 'a host name or an address, without scheme and port')
const LdapFields = {
  name: Name,
  host: Host,
  port: z.int().min(1).max(65_535),
  /** `none` only to this very machine. */
  tls: z.enum(['ldaps', 'starttls', 'none']),
  /** PEM of the only authority that is trusted; null: those that Node knows. */
  caCertificate: z.string().max(64_000).nullable().default(null),
  bindDn: z.string().max(1_000).default(''),
  baseDn: z.string().trim().min(1).max(1_000),
  filter: z.string().trim().min(3).max(2_000).default('(objectClass=inetOrgPerson)'),
  attributes: LdapAttributes.prefault({}),
  /** `ppolicy`: pwdReset. `active_directory`: pwdLastSet=0. `auto`: the first that the server takes. */
  resetBy: z.enum(['auto', 'ppolicy', 'active_directory']).default('auto'),
  /** 0: only when somebody asks. */
  syncMinutes: z.int().min(0).max(10_080).default(60),
  /** Who is gone from the directory becomes inactive. */
  deactivateMissing: z.boolean().default(true),
}
const Secret = z.string().min(1).max(1_000)
export const LdapDraft = z.strictObject({
  ...LdapFields,
  /** Write-only. Absent on an update: stays as it is; null: none. */
  bindPassword: Secret.nullable().optional(),
})
export type LdapDraft = z.infer<typeof LdapDraft>

export const LdapConnector = z.object(LdapFields).extend({
  id: z.uuid(),
  hasPassword: z.boolean(),
  people: z.int(),
  lastSync: z
    .object({
      at: Time,
      ok: z.boolean(),
      /** A sentence: counts, or what went wrong. */
      detail: z.string(),
    })
    .nullable(),
})
export type LdapConnector = z.infer<typeof LdapConnector>

const MailFields = {
  host: Host,
  port: z.int().min(1).max(65_535),
  /** `none` only to this very machine. */
  tls: z.enum(['tls', 'starttls', 'none']),
  caCertificate: z.string().max(64_000).nullable().default(null),
  user: z.string().max(320).nullable().default(null),
  fromAddress: z.email().max(254),
  fromName: z
    .string()
    .trim()
    .max(100)
    .regex(/^[^\p{Cc}]*$/u, 'no control characters')
    .default('Riposte'),
  /** Where people choose a new password; named in the mail. */
  resetUrl: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .nullable()
    .default(null),
}
export const MailSettings = z.object(MailFields).extend({
  hasPassword: z.boolean(),
  updatedAt: Time,
  updatedBy: z.string(),
})
export type MailSettings = z.infer<typeof MailSettings>
export const MailDraft = z.strictObject({
  ...MailFields,
  /** Write-only. Absent: stays as it is; null: none. */
  password: Secret.nullable().optional(),
})
export type MailDraft = z.infer<typeof MailDraft>

/** Of a trial: what was reached, or what went wrong and what would be right. */
const Trial = z.object({ ok: z.boolean(), detail: z.string() })
const ConnectorParams = z.object({ connectorId: z.uuid() })

export const directoryApi = {
  listDirectoryTokens: {
    method: 'GET',
    path: '/api/v1/directory-tokens',
    auth: member('settings.write'),
    summary: 'Tokens of identity providers, without their secrets',
    response: z.object({ items: z.array(DirectoryToken), scimUrl: z.string() }),
  },
  createDirectoryToken: {
    method: 'POST',
    path: '/api/v1/directory-tokens',
    auth: member('settings.write'),
    summary: 'A token with which an identity provider pushes people by SCIM; it is shown once',
    body: z.strictObject({ name: Name, days: z.int().min(1).max(1_095).nullable().default(null) }),
    response: z.object({ token: z.string(), item: DirectoryToken, scimUrl: z.string() }),
    status: 201,
  },
  revokeDirectoryToken: {
    method: 'DELETE',
    path: '/api/v1/directory-tokens/:tokenId',
    auth: member('settings.write'),
    summary: 'End a token at once; its people stay',
    params: z.object({ tokenId: z.uuid() }),
  },
  listLdapConnectors: {
    method: 'GET',
    path: '/api/v1/ldap-connectors',
    auth: member('settings.write'),
    summary: 'LDAP directories that people are read from',
    response: z.object({ items: z.array(LdapConnector) }),
  },
  createLdapConnector: {
    method: 'POST',
    path: '/api/v1/ldap-connectors',
    auth: member('settings.write'),
    summary: 'Read people from a directory',
    body: LdapDraft,
    response: LdapConnector,
    status: 201,
  },
  updateLdapConnector: {
    method: 'PUT',
    path: '/api/v1/ldap-connectors/:connectorId',
    auth: member('settings.write'),
    summary: 'Change it',
    params: ConnectorParams,
    body: LdapDraft,
    response: LdapConnector,
  },
  deleteLdapConnector: {
    method: 'DELETE',
    path: '/api/v1/ldap-connectors/:connectorId',
    auth: member('settings.write'),
    summary: 'Read it no more; its people stay',
    params: ConnectorParams,
  },
  testLdapConnector: {
    method: 'POST',
    path: '/api/v1/ldap-connectors/:connectorId/test',
    auth: member('settings.write'),
    summary: 'Connect, sign in and read one page; changes nothing',
    params: ConnectorParams,
    response: Trial.extend({
      sample: z.array(z.object({ name: z.string(), email: z.string() })),
    }),
  },
  syncLdapConnector: {
    method: 'POST',
    path: '/api/v1/ldap-connectors/:connectorId/sync',
    auth: member('settings.write'),
    summary: 'Read all people now',
    params: ConnectorParams,
    response: LdapConnector,
  },
  readMailSettings: {
    method: 'GET',
    path: '/api/v1/settings/mail',
    auth: member('settings.write'),
    summary: 'How mail is sent; null when it is not set up',
    response: z.object({ mail: MailSettings.nullable() }),
  },
  setMailSettings: {
    method: 'PUT',
    path: '/api/v1/settings/mail',
    auth: member('settings.write'),
    summary: 'Set it up',
    body: MailDraft,
    response: z.object({ mail: MailSettings }),
  },
  sendTestMail: {
    method: 'POST',
    path: '/api/v1/settings/mail/test',
    auth: member('settings.write'),
    summary: 'Send one mail now and say what the server answered',
    body: z.strictObject({ to: z.email().max(254) }),
    response: Trial,
  },
} as const satisfies Record<string, RouteDefinition>
