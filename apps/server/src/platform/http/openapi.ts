import { api, errorCodes, Problem, type RouteDefinition, type RouteId } from '@riposte/contract'
import { z } from 'zod'

/** OpenAPI 3.1, drawn from the contract's route table. */
export function drawOpenApi(version: string, serverUrl: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const id of Object.keys(api) as RouteId[]) {
    const route: RouteDefinition = api[id]
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(id, route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Riposte',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description: 'The control plane of Riposte.',
    },
    servers: [{ url: serverUrl }],
    paths,
    components: {
      schemas: { Problem: jsonSchema(Problem, 'output') },
      responses: {
        Problem: {
          description: `A refusal. Codes: ${Object.keys(errorCodes).join(', ')}.`,
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'riposte_session' },
        apiToken: { type: 'http', scheme: 'bearer', description: 'A personal API token' },
        directoryToken: { type: 'http', scheme: 'bearer', description: 'A token of an identity provider (SCIM)' },
        deviceCertificate: { type: 'mutualTLS', description: "An agent's certificate, on the agents' listener" },
        projectToken: { type: 'http', scheme: 'bearer', description: 'A project token' },
      },
    },
  }
}

const security: Record<RouteDefinition['auth']['kind'], unknown[]> = {
  public: [],
  member: [{ session: [] }, { apiToken: [] }],
  project: [{ projectToken: [] }],
  device: [{ deviceCertificate: [] }],
  directory: [{ directoryToken: [] }],
}

function operation(id: RouteId, route: RouteDefinition): Record<string, unknown> {
  const permission = route.auth.kind === 'member' ? ` Needs the right \`${route.auth.permission}\`.` : ''
  return {
    operationId: id,
    summary: route.summary,
    description: `${route.summary}.${permission}`,
    security: security[route.auth.kind],
    parameters: [...parameters('path', route.params), ...parameters('query', route.query)],
    ...(route.body
      ? {
          requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(route.body, 'input') } } },
        }
      : {}),
    responses: {
      [String(route.response || route.answers ? (route.status ?? 200) : 204)]: success(route),
      default: { $ref: '#/components/responses/Problem' },
    },
  }
}

function success(route: RouteDefinition): Record<string, unknown> {
  if (route.response)
    return { description: 'Done', content: { 'application/json': { schema: jsonSchema(route.response, 'output') } } }
  if (route.answers === 'sse')
    return { description: 'A stream of events', content: { 'text/event-stream': { schema: { type: 'string' } } } }
  if (route.answers === 'file')
    return {
      description: 'A file',
      content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
    }
  return { description: 'Done' }
}

function parameters(where: 'path' | 'query', schema: z.ZodObject | undefined): unknown[] {
  if (!schema) return []
  const drawn = jsonSchema(schema, 'input') as { properties?: Record<string, unknown>; required?: string[] }
  return Object.entries(drawn.properties ?? {}).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || (drawn.required ?? []).includes(name),
    schema: property,
  }))
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const drawn = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    // The pattern of a date is four hundred characters that say less than the format does.
    override: ({ jsonSchema: part }) => {
      if (part.format === 'date-time' || part.format === 'uuid' || part.format === 'email') delete part.pattern
    },
  }) as Record<string, unknown>
  delete drawn['$schema']
  return drawn
}
