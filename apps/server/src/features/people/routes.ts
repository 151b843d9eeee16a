import { scimBase, type peopleApi } from '@riposte/contract'
import type { HandlersOf } from '../../platform/http/handler.ts'
import { readMailSettings, setMailSettings, type Notifications } from '../notifications/index.ts'
import { createPerson, deletePerson, updatePerson } from './change-people.ts'
import { applyImport, previewImport, readCsvBody } from './csv/import-people.ts'
import { writePeopleCsv } from './csv/write-people-csv.ts'
import { createDirectoryToken, listDirectoryTokens, revokeDirectoryToken } from './directory-tokens.ts'
import {
  createConnector,
  deleteConnector,
  listConnectors,
  syncConnector,
  testConnector,
  updateConnector,
  type LdapParts,
} from './ldap/connectors.ts'
import { clearReset } from './password-flag.ts'
import { whereOf, type PersonRow } from './person-row.ts'
import { listPeople, readPerson } from './read-people.ts'

export interface PeopleParts extends LdapParts {
  readonly notifications: Notifications
  readonly publicUrl: string
}

const mostExported = 100_000

export function peopleRoutes(parts: PeopleParts): HandlersOf<typeof peopleApi> {
  const { db, notifications } = parts
  const scimUrl = `${parts.publicUrl}${scimBase}`
  return {
    listPeople: ({ actor, query }) => listPeople(db, actor.organisationId, query),
    createPerson: ({ actor, body }) => createPerson(parts, actor, body),
    exportPeople: async ({ actor, query, reply }) => {
      const values: unknown[] = []
      const where = whereOf(actor.organisationId, query, values)
      const rows = await db.query<PersonRow>(
        `select * from person where ${where} order by lower(name), id limit ${mostExported}`,
        values,
      )
      void reply.type('text/csv; charset=utf-8').header('content-disposition', 'attachment; filename="people.csv"')
      return writePeopleCsv(
        rows.map((row) => ({
          name: row.name,
          email: row.email,
          userName: row.user_name,
          department: row.department,
          manager: row.manager,
          externalId: row.external_id,
          active: row.active,
        })),
      )
    },
    previewPeopleImport: async ({ actor, request }) =>
      previewImport(db, actor.organisationId, await readCsvBody(request)),
    applyPeopleImport: async ({ actor, query, request }) =>
      applyImport(parts, actor, await readCsvBody(request), query),
    getPerson: ({ actor, params }) => readPerson(db, actor.organisationId, params.personId),
    updatePerson: ({ actor, params, body }) => updatePerson(parts, actor, params.personId, body),
    deletePerson: ({ actor, params }) => deletePerson(parts, actor, params.personId),
    clearPasswordReset: ({ actor, params, body }) => clearReset(parts, actor, params.personId, body),

    listDirectoryTokens: async ({ actor }) => ({
      items: await listDirectoryTokens(parts, actor.organisationId),
      scimUrl,
    }),
    createDirectoryToken: async ({ actor, body }) => ({ ...(await createDirectoryToken(parts, actor, body)), scimUrl }),
    revokeDirectoryToken: ({ actor, params }) => revokeDirectoryToken(parts, actor, params.tokenId),

    listLdapConnectors: async ({ actor }) => ({ items: await listConnectors(parts, actor.organisationId) }),
    createLdapConnector: ({ actor, body }) => createConnector(parts, actor, body),
    updateLdapConnector: ({ actor, params, body }) => updateConnector(parts, actor, params.connectorId, body),
    deleteLdapConnector: ({ actor, params }) => deleteConnector(parts, actor, params.connectorId),
    testLdapConnector: ({ actor, params }) => testConnector(parts, actor.organisationId, params.connectorId),
    syncLdapConnector: ({ actor, params }) =>
      syncConnector(parts, actor.organisationId, params.connectorId, {
        kind: actor.tokenId ? 'token' : 'member',
        id: actor.memberId,
        name: actor.name,
      }),

    readMailSettings: async ({ actor }) => ({ mail: await readMailSettings(db, actor.organisationId) }),
    setMailSettings: async ({ actor, body }) => ({ mail: await setMailSettings(parts, actor, body) }),
    sendTestMail: ({ actor, body }) =>
      notifications.sendNow(actor.organisationId, 'mail', { to: body.to, template: 'test', data: { by: actor.name } }),
  }
}
