import type { scimRoutes } from '@riposte/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Row } from '../../../platform/db/database.ts'
import type { DirectoryActor, HandlersOf } from '../../../platform/http/handler.ts'
import type { PersonRow } from '../person-row.ts'
import { filterToSql, type Filterable } from './filter-to-sql.ts'
import { parseFilter } from './filter.ts'
import {
  changeGroup,
  createGroup,
  deleteGroup,
  groupAttributes,
  readGroup,
  selectGroups,
  toGroup,
  type GroupRow,
} from './groups.ts'
import { applyPatch, isRecord, type Resource } from './patch.ts'
import { listResponse, project, readPaging, versionTag } from './present.ts'
import {
  coerce,
  mostResults,
  readPatchBody,
  resourceTypes,
  riposteSchema,
  schemas,
  serviceProviderConfig,
} from './schemas.ts'
import { ScimError } from './scim-error.ts'
import { changeUser, createUser, deleteUser, readUser, toUser, userAttributes, type ScimParts } from './users.ts'

interface Wish {
  readonly attributes?: string | undefined
  readonly excludedAttributes?: string | undefined
}
interface Search extends Wish {
  readonly filter?: string | undefined
  readonly startIndex?: string | undefined
  readonly count?: string | undefined
}

export const scimType = 'application/scim+json'

const send = (reply: FastifyReply, body: Resource, status = 200): string => {
  void reply.status(status).type(scimType)
  return JSON.stringify(body)
}

export function scimHandlers(parts: ScimParts): HandlersOf<typeof scimRoutes> {
  const { db } = parts
  return {
    scimConfig: ({ reply }) => Promise.resolve(send(reply, serviceProviderConfig)),
    scimResourceTypes: ({ reply }) =>
      Promise.resolve(send(reply, listResponse(resourceTypes.length, 1, resourceTypes))),
    scimResourceType: async ({ reply, params }) => Promise.resolve(send(reply, byId(resourceTypes, params.id))),
    scimSchemas: ({ reply }) => Promise.resolve(send(reply, listResponse(schemas.length, 1, schemas))),
    scimSchema: async ({ reply, params }) => Promise.resolve(send(reply, byId(schemas, params.id))),

    scimListUsers: ({ actor, query, reply }) =>
      list<PersonRow>(
        reply,
        query,
        userAttributes,
        toUser,
        `person where source = 'scim' and organisation_id = $1`,
        'select * from',
        actor,
      ),
    scimCreateUser: async ({ actor, body, query, reply }) => {
      const row = await createUser(parts, actor, coerce('User', body))
      void reply.header('location', `/scim/v2/Users/${row.id}`)
      return answer(reply, toUser(row), row.version, query, 201)
    },
    scimGetUser: async ({ actor, params, query, request, reply }) => {
      const row = await readUser(db, actor.organisationId, params.id)
      return isKnown(request, row.version)
        ? notModified(reply, row.version)
        : answer(reply, toUser(row), row.version, query)
    },
    scimReplaceUser: async ({ actor, params, body, query, request, reply }) => {
      const row = await changeUser(parts, actor, params.id, (before) => {
        refuseOldVersion(request, before.version)
        return { user: coerce('User', body), resetDone: saysDone(body) }
      })
      return answer(reply, toUser(row), row.version, query)
    },
    scimPatchUser: async ({ actor, params, body, query, request, reply }) => {
      const { operations } = readPatchBody(body)
      const row = await changeUser(parts, actor, params.id, (before) => {
        refuseOldVersion(request, before.version)
        const patched = applyPatch({ ...before.scim, active: before.active }, operations)
        return { user: coerce('User', patched), resetDone: saysDone(patched) }
      })
      return answer(reply, toUser(row), row.version, query)
    },
    scimDeleteUser: async ({ actor, params, request, reply }) => {
      await deleteUser(parts, actor, params.id, ({ version }) => refuseOldVersion(request, version))
      return reply.status(204).send()
    },

    scimListGroups: ({ actor, query, reply }) =>
      list<GroupRow>(
        reply,
        query,
        groupAttributes,
        toGroup,
        'scim_group g where organisation_id = $1',
        selectGroups,
        actor,
      ),
    scimCreateGroup: async ({ actor, body, query, reply }) => {
      const row = await createGroup(parts, actor, coerce('Group', body))
      void reply.header('location', `/scim/v2/Groups/${row.id}`)
      return answer(reply, toGroup(row), row.version, query, 201)
    },
    scimGetGroup: async ({ actor, params, query, request, reply }) => {
      const row = await readGroup(db, actor.organisationId, params.id)
      return isKnown(request, row.version)
        ? notModified(reply, row.version)
        : answer(reply, toGroup(row), row.version, query)
    },
    scimReplaceGroup: async ({ actor, params, body, query, request, reply }) => {
      const row = await changeGroup(parts, actor, params.id, (before) => {
        refuseOldVersion(request, before.version)
        return coerce('Group', body)
      })
      return answer(reply, toGroup(row), row.version, query)
    },
    scimPatchGroup: async ({ actor, params, body, query, request, reply }) => {
      const { operations } = readPatchBody(body)
      const row = await changeGroup(parts, actor, params.id, (before) => {
        refuseOldVersion(request, before.version)
        const { displayName, externalId, members } = toGroup(before)
        const ids = (members as Resource[]).map(({ value }) => ({ value }))
        return coerce('Group', applyPatch({ displayName, externalId, members: ids }, operations))
      })
      return answer(reply, toGroup(row), row.version, query)
    },
    scimDeleteGroup: async ({ actor, params, request, reply }) => {
      await deleteGroup(parts, actor, params.id, ({ version }) => refuseOldVersion(request, version))
      return reply.status(204).send()
    },
  }

  async function list<R extends Row>(
    reply: FastifyReply,
    query: Search,
    attributes: Readonly<Record<string, Filterable>>,
    present: (row: R) => Resource,
    from: string,
    select: string,
    actor: DirectoryActor,
  ): Promise<string> {
    const { startIndex, count } = readPaging(query, mostResults, (detail) => {
      throw new ScimError(400, 'invalidValue', detail)
    })
    const values: unknown[] = [actor.organisationId]
    const filter = query.filter?.trim() ?? ''
    const where = filter === '' ? from : `${from} and ${filterToSql(parseFilter(filter), attributes, values)}`
    const [total] = await db.query<Row & { n: string }>(`select count(*) as n from ${where}`, values)
    const rows =
      count === 0
        ? []
        : await db.query<R>(
            `${select} ${where} order by created_at, id offset $${values.push(startIndex - 1)} limit $${values.push(count)}`,
            values,
          )
    return send(
      reply,
      listResponse(
        Number(total?.n ?? 0),
        startIndex,
        rows.map((row) => project(present(row), query)),
      ),
    )
  }
}

function answer(reply: FastifyReply, body: Resource, version: number, wish: Wish, status = 200): string {
  void reply.header('etag', versionTag(version))
  return send(reply, project(body, wish), status)
}

const notModified = (reply: FastifyReply, version: number): FastifyReply =>
  reply.status(304).header('etag', versionTag(version)).send()

function byId<T extends { readonly id?: unknown }>(all: readonly T[], id: string): Resource {
  const found = all.find((one) => String(one.id).toLowerCase() === id.toLowerCase())
  if (!found) throw new ScimError(404, null, `There is no ${id.slice(0, 100)}`)
  return { ...found }
}

const saysDone = (body: Resource): boolean => {
  const own = body[riposteSchema]
  if (!isRecord(own)) return false
  const value = own['passwordResetRequired']
  return value === false || (typeof value === 'string' && value.toLowerCase() === 'false')
}

const tags = (header: string | undefined): string[] =>
  (header ?? '')
    .slice(0, 1_000)
    .split(',')
    .map((tag) => tag.trim())
const isSame = (tag: string, version: number): boolean => tag === '*' || tag.replace(/^W\//, '') === `"${version}"`

const isKnown = (request: FastifyRequest, version: number): boolean =>
  tags(request.headers['if-none-match']).some((tag) => isSame(tag, version))

function refuseOldVersion(request: FastifyRequest, version: number): void {
  const wanted = request.headers['if-match']
  if (wanted !== undefined && !tags(wanted).some((tag) => isSame(tag, version)))
    throw new ScimError(412, null, `It is at version ${versionTag(version)} now`)
}
