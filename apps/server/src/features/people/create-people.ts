import type { peopleApi } from '@riposte/contract'
import type { FastifyInstance } from 'fastify'
import type { Row } from '../../platform/db/database.ts'
import type { DirectoryActor, Gatekeeper, HandlersOf } from '../../platform/http/handler.ts'
import type { Jobs } from '../../platform/jobs/jobs.ts'
import type { ResponseExtension } from '../responses/index.ts'
import { findDirectory } from './directory-tokens.ts'
import { runSyncs } from './ldap/connectors.ts'
import { passwordResetExtension, type ResetParts } from './password-reset.ts'
import { peopleRoutes, type PeopleParts } from './routes.ts'
import { registerScim } from './scim/register-scim.ts'

export interface People {
  readonly routes: HandlersOf<typeof peopleApi>
  readonly extension: ResponseExtension
  /** Names of those who are there. */
  readonly find: (organisationId: string, personIds: readonly string[]) => Promise<Map<string, string>>
  readonly byDirectoryToken: (secret: string) => Promise<DirectoryActor | null>
  registerScim(http: FastifyInstance, gatekeeper: Gatekeeper): Promise<void>
  close(): Promise<void>
}

export function createPeople(
  parts: PeopleParts & ResetParts & { readonly onError: (error: unknown) => void },
  jobs: Jobs,
): People {
  const idle = runSyncs(parts, jobs, parts.onError)
  return {
    routes: peopleRoutes(parts),
    extension: passwordResetExtension(parts),
    find: async (organisationId, personIds) => {
      const rows = await parts.db.query<Row & { id: string; name: string }>(
        'select id, name from person where organisation_id = $1 and id = any($2)',
        [organisationId, personIds],
      )
      return new Map(rows.map(({ id, name }) => [id, name]))
    },
    byDirectoryToken: findDirectory(parts),
    registerScim: (http, gatekeeper) => registerScim(http, parts, gatekeeper),
    close: idle,
  }
}
