import * as z from 'zod'
import { directory, type RouteDefinition } from '../route.ts'

/** Where identity providers push people: SCIM 2.0 (RFC 7643, RFC 7644). Answers and errors are SCIM's own, as `application/scim+json`. */
export const scimBase = '/scim/v2'

const Parts = z.object({
  attributes: z.string().max(2_000).optional(),
  excludedAttributes: z.string().max(2_000).optional(),
})
const Search = Parts.extend({
  filter: z.string().max(4_000).optional(),
  startIndex: z.string().max(10).optional(),
  count: z.string().max(10).optional(),
})
const One = z.object({ id: z.string().max(200) })
const Body = z.record(z.string().max(300), z.unknown())

const route = <const Route extends Pick<RouteDefinition, 'method' | 'path' | 'summary'>>(definition: Route) =>
  // The handler sends status, headers and body by itself, as the protocol wants them.
  ({ ...definition, auth: directory, answers: 'file' }) as const

const resource = <const Name extends 'User' | 'Group'>(name: Name) => {
  const path = `${scimBase}/${name}s` as const
  return {
    list: { ...route({ method: 'GET', path, summary: `SCIM: ${name}s by filter` }), query: Search },
    create: { ...route({ method: 'POST', path, summary: `SCIM: a new ${name}` }), query: Parts, body: Body },
    get: { ...route({ method: 'GET', path: `${path}/:id`, summary: `SCIM: one ${name}` }), params: One, query: Parts },
    replace: {
      ...route({ method: 'PUT', path: `${path}/:id`, summary: `SCIM: a ${name}, whole` }),
      params: One,
      query: Parts,
      body: Body,
    },
    patch: {
      ...route({ method: 'PATCH', path: `${path}/:id`, summary: `SCIM: parts of a ${name}` }),
      params: One,
      query: Parts,
      body: Body,
    },
    remove: { ...route({ method: 'DELETE', path: `${path}/:id`, summary: `SCIM: a ${name} is gone` }), params: One },
  }
}
const users = resource('User')
const groups = resource('Group')

export const scimRoutes = {
  scimConfig: route({
    method: 'GET',
    path: `${scimBase}/ServiceProviderConfig`,
    summary: 'SCIM: what this server can do',
  }),
  scimResourceTypes: route({ method: 'GET', path: `${scimBase}/ResourceTypes`, summary: 'SCIM: kinds of resources' }),
  scimResourceType: {
    ...route({ method: 'GET', path: `${scimBase}/ResourceTypes/:id`, summary: 'SCIM: one kind' }),
    params: One,
  },
  scimSchemas: route({ method: 'GET', path: `${scimBase}/Schemas`, summary: 'SCIM: what resources look like' }),
  scimSchema: {
    ...route({ method: 'GET', path: `${scimBase}/Schemas/:id`, summary: 'SCIM: one schema' }),
    params: One,
  },
  scimListUsers: users.list,
  scimCreateUser: users.create,
  scimGetUser: users.get,
  scimReplaceUser: users.replace,
  scimPatchUser: users.patch,
  scimDeleteUser: users.remove,
  scimListGroups: groups.list,
  scimCreateGroup: groups.create,
  scimGetGroup: groups.get,
  scimReplaceGroup: groups.replace,
  scimPatchGroup: groups.patch,
  scimDeleteGroup: groups.remove,
} as const satisfies Record<string, RouteDefinition>
