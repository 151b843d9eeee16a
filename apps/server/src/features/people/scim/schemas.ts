import { scimBase } from '@riposte/contract'
import SCIMMY from 'scimmy'
import { ScimError } from './scim-error.ts'
import { isRecord, type Resource } from './patch.ts'

export const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group'
export const enterpriseSchema = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
/** What Riposte asks of a person, for identity providers to read; SCIM itself has no word for it. */
export const riposteSchema = 'urn:riposte:params:scim:schemas:extension:1.0:User'
const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

// The library takes a schema's class, and its types ask for an instance.
SCIMMY.Schemas.User.extend(SCIMMY.Schemas.EnterpriseUser as never)

function plain(value: unknown): Resource {
  return JSON.parse(JSON.stringify(value)) as Resource
}

const attribute = (name: string, type: string, mutability: string, description: string) => ({
  name,
  type,
  multiValued: false,
  description,
  required: false,
  caseExact: false,
  mutability,
  returned: 'default',
  uniqueness: 'none',
})

const located = (description: object, id: string): Resource => ({
  ...plain(description),
  meta: { resourceType: 'Schema', location: `${scimBase}/Schemas/${id}` },
})

export const schemas = [
  located(SCIMMY.Schemas.User.definition.describe(), userSchema),
  located(SCIMMY.Schemas.EnterpriseUser.definition.describe(), enterpriseSchema),
  located(SCIMMY.Schemas.Group.definition.describe(), groupSchema),
  located(
    {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
      id: riposteSchema,
      name: 'RiposteUser',
      description: 'What a security team asks of a person',
      attributes: [
        attribute(
          'passwordResetRequired',
          'boolean',
          'readWrite',
          'True: the person must choose a new password. An identity provider sets it to false once that was done.',
        ),
        attribute('passwordResetRequiredSince', 'dateTime', 'readOnly', 'Since when.'),
      ],
    },
    riposteSchema,
  ),
]

export const resourceTypes = [
  {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: 'User',
    name: 'User',
    endpoint: '/Users',
    description: 'A person',
    schema: userSchema,
    schemaExtensions: [
      { schema: enterpriseSchema, required: false },
      { schema: riposteSchema, required: false },
    ],
    meta: { resourceType: 'ResourceType', location: `${scimBase}/ResourceTypes/User` },
  },
  {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: 'Group',
    name: 'Group',
    endpoint: '/Groups',
    description: 'People who belong together',
    schema: groupSchema,
    meta: { resourceType: 'ResourceType', location: `${scimBase}/ResourceTypes/Group` },
  },
]

export const mostResults = 200
export const mostOperations = 100

export const serviceProviderConfig = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: mostResults },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: true },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'Directory token',
      description: 'A token that Riposte showed once, as a bearer token',
      primary: true,
    },
  ],
  meta: { resourceType: 'ServiceProviderConfig', location: `${scimBase}/ServiceProviderConfig` },
}

/** Types and required attributes by the schema; what it does not name is left out. @throws ScimError `invalidValue` */
export function coerce(kind: 'User' | 'Group', body: Resource): Resource {
  const schema = kind === 'User' ? userSchema : groupSchema
  try {
    const Definition = SCIMMY.Schemas[kind]
    const named = { ...lenient(body), schemas: schemasOf(kind, body) }
    return plain(new Definition(named, 'in'))
  } catch (error) {
    if (error instanceof TypeError) throw new ScimError(400, 'invalidValue', `${error.message} (${schema})`)
    const { scimType, message } = error as { scimType?: string; message?: string }
    throw new ScimError(400, scimType === 'invalidSyntax' ? 'invalidSyntax' : 'invalidValue', String(message))
  }
}

const schemasOf = (kind: 'User' | 'Group', body: Resource): string[] => {
  if (kind === 'Group') return [groupSchema]
  return Object.keys(body).some((key) => key.toLowerCase().startsWith(enterpriseSchema.toLowerCase()))
    ? [userSchema, enterpriseSchema]
    : [userSchema]
}

/** Identity providers that write true as "True", and a manager as a bare id. Nulls mean absent (RFC 7643, 2.5). */
function lenient(body: Resource): Resource {
  const result: Resource = {}
  for (const [key, value] of Object.entries(body)) {
    if (value === null || key === riposteSchema || ['id', 'meta', 'password'].includes(key.toLowerCase())) continue
    const name = key.toLowerCase()
    if (name === 'active' && typeof value === 'string' && /^(true|false)$/i.test(value))
      result[key] = value.toLowerCase() === 'true'
    else if (name === enterpriseSchema.toLowerCase() && isRecord(value))
      result[enterpriseSchema] = Object.fromEntries(
        Object.entries(value).flatMap(([inner, part]) =>
          part === null || part === ''
            ? []
            : [[inner, inner.toLowerCase() === 'manager' && typeof part === 'string' ? { value: part } : part]],
        ),
      )
    else result[key] = value
  }
  return result
}

export interface PatchBody {
  readonly operations: readonly { op: 'add' | 'replace' | 'remove'; path?: string; value?: unknown }[]
}

/** @throws ScimError when it is no PatchOp */
export function readPatchBody(body: Resource): PatchBody {
  const given = body['schemas']
  if (!Array.isArray(given) || !given.some((name) => String(name).toLowerCase() === patchSchema.toLowerCase()))
    throw new ScimError(400, 'invalidSyntax', `A PATCH names the schema ${patchSchema}`)
  const key = Object.keys(body).find((name) => name.toLowerCase() === 'operations')
  const operations = key === undefined ? undefined : body[key]
  if (!Array.isArray(operations) || operations.length === 0)
    throw new ScimError(400, 'invalidSyntax', 'Operations must be a list of at least one')
  if (operations.length > mostOperations)
    throw new ScimError(413, 'tooMany', `One PATCH may have ${mostOperations} operations`)
  return {
    operations: operations.map((operation: unknown, index) => {
      const op = isRecord(operation) && typeof operation['op'] === 'string' ? operation['op'].toLowerCase() : ''
      const path = isRecord(operation) ? operation['path'] : undefined
      if (op !== 'add' && op !== 'replace' && op !== 'remove')
        throw new ScimError(400, 'invalidSyntax', `Operation ${index + 1}: op must be add, replace or remove`)
      if (path !== undefined && path !== null && typeof path !== 'string')
        throw new ScimError(400, 'invalidPath', `Operation ${index + 1}: path must be a text`)
      return { op, ...(typeof path === 'string' ? { path } : {}), value: (operation as Resource)['value'] }
    }),
  }
}
