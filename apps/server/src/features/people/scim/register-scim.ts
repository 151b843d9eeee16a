import { scimBase, scimRoutes } from '@riposte/contract'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { newReference } from '../../../platform/crypto/secrets.ts'
import { isDatabaseDown } from '../../../platform/db/is-database-down.ts'
import type { Gatekeeper } from '../../../platform/http/handler.ts'
import { Refusal } from '../../../platform/http/refusal.ts'
import { registerRoutes } from '../../../platform/http/register-routes.ts'
import { isDeeperThan } from '../../../platform/http/storable.ts'
import { scimHandlers, scimType } from './handlers.ts'
import { ScimError, scimErrorBody } from './scim-error.ts'
import type { ScimParts } from './users.ts'

const mostBytes = 1024 * 1024
const deepestBody = 12

/** The SCIM server, in a room of its own: its content type, its errors. */
export async function registerScim(http: FastifyInstance, parts: ScimParts, gatekeeper: Gatekeeper): Promise<void> {
  await http.register((scope, _options, done) => {
    scope.removeContentTypeParser('application/json')
    scope.addContentTypeParser(
      [scimType, 'application/json'],
      { parseAs: 'string', bodyLimit: mostBytes },
      (_request, text, parsed) => {
        try {
          parsed(null, readBody(String(text)))
        } catch (error) {
          parsed(error as Error, undefined)
        }
      },
    )
    scope.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
      const known = toScimError(error)
      if (known) {
        if (known.status === 401) void reply.header('www-authenticate', 'Bearer realm="scim"')
        return refuse(reply, known.status, known)
      }
      const reference = newReference()
      request.log.error({ err: error, reference }, 'internal error')
      return refuse(reply, 500, new ScimError(500, null, `Something went wrong on our side: ${reference}`))
    })
    registerRoutes(scope, scimRoutes, scimHandlers(parts), gatekeeper)
    scope.all(`${scimBase}/*`, () => {
      throw new ScimError(404, null, 'There is no such address')
    })
    done()
  })
}

const refuse = (reply: FastifyReply, status: number, error: ScimError): FastifyReply =>
  reply
    .status(status)
    .type(scimType)
    .send(JSON.stringify(scimErrorBody(status, error.scimType, error.message)))

function readBody(text: string): unknown {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw new ScimError(400, 'invalidSyntax', 'The body is not JSON')
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ScimError(400, 'invalidSyntax', 'The body must be an object')
  if (isDeeperThan(body, deepestBody))
    throw new ScimError(400, 'invalidSyntax', `The body is nested deeper than ${deepestBody} levels`)
  return body
}

function toScimError(error: Error & { statusCode?: number }): ScimError | null {
  if (error instanceof ScimError) return error
  if (error instanceof Refusal) {
    const { status, detail, title, errors } = error.toProblem()
    const first = errors?.[0]
    const where = first ? `: ${first.path} ${first.message}` : ''
    return new ScimError(status, status === 400 ? 'invalidValue' : null, `${detail ?? title}${where}`)
  }
  if (isDatabaseDown(error)) return new ScimError(503, null, 'The database does not answer')
  if (error.statusCode === 413) return new ScimError(413, 'tooMany', `A body may have ${mostBytes} bytes`)
  if (error.statusCode === 415)
    return new ScimError(415, 'invalidSyntax', `The body must be ${scimType} or application/json`)
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
    return new ScimError(error.statusCode, 'invalidSyntax', error.message)
  return null
}
