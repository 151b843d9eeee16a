import type { RouteDefinition } from '@riposte/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { DeviceActor } from '../device-link.ts'
import type { Anyone, DirectoryActor, Gatekeeper, HandlersOf, MemberActor, ProjectActor } from './handler.ts'
import { validate } from './validate.ts'

/** Registers every route of a table of the contract: who may, what comes in, the handler, what goes out. */
export function registerRoutes<Table extends Record<string, RouteDefinition>>(
  app: FastifyInstance,
  table: Table,
  handlers: HandlersOf<Table>,
  gatekeeper: Gatekeeper,
): void {
  for (const id of Object.keys(table) as (keyof Table & string)[]) {
    const route: RouteDefinition = table[id] as RouteDefinition
    const handle = handlers[id] as unknown as (call: unknown) => Promise<unknown>
    app.route({
      method: route.method,
      url: route.path,
      handler: async (request, reply) => {
        const actor = await authorise(route, gatekeeper, request)
        const call = {
          actor,
          params: route.params ? validate(route.params, request.params, 'address') : undefined,
          query: route.query ? validate(route.query, request.query, 'query') : undefined,
          body: route.body
            ? validate(route.body, request.body, 'body', {
                anyText: route.auth.kind === 'project' || route.auth.kind === 'device',
              })
            : undefined,
          request,
          reply,
        }
        const answer = await handle(call)
        return send(route, reply, answer)
      },
    })
  }
}

function authorise(
  route: RouteDefinition,
  gatekeeper: Gatekeeper,
  request: FastifyRequest,
): Promise<MemberActor | ProjectActor | DeviceActor | DirectoryActor | Anyone> {
  switch (route.auth.kind) {
    case 'public':
      return Promise.resolve({ kind: 'anyone' })
    case 'member':
      return gatekeeper.member(request, route.auth.permission)
    case 'project':
      return gatekeeper.project(request)
    case 'device':
      return gatekeeper.device(request)
    case 'directory':
      return gatekeeper.directory(request)
  }
}

/** The response schema also takes away what the contract does not name. */
function send(route: RouteDefinition, reply: FastifyReply, answer: unknown): unknown {
  if (reply.sent || route.answers === 'sse' || route.answers === 'file') return answer === undefined ? reply : answer
  if (!route.response) return reply.status(204).send()
  // A handler that answered by itself, such as 304.
  if (answer === undefined) return reply
  return reply.status(route.status ?? 200).send(route.response.parse(answer))
}
