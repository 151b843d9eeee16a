import cookie from '@fastify/cookie'
import { maxIncidentBatchBytes, type Problem } from '@riposte/contract'
import Fastify, { type FastifyInstance } from 'fastify'
import { newReference } from '../crypto/secrets.ts'
import { isDatabaseDown } from '../db/is-database-down.ts'
import { Refusal } from './refusal.ts'

// Mantine sets sizes and positions in style attributes; scripts come from our own files only.
const contentSecurityPolicy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

const securityHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
}

/** @param anyKeys takes keys such as `__proto__` as they are: on a host anything may be a name, and schemas read them safely */
export async function createHttp(logLevel: string, anyKeys = false): Promise<FastifyInstance> {
  const app = Fastify({
    logger: { level: logLevel, redact: ['req.headers.authorization', 'req.headers.cookie'] },
    bodyLimit: maxIncidentBatchBytes,
    // An answer names where it went wrong, never the path that was asked for.
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: true,
    ...(anyKeys ? { onProtoPoisoning: 'ignore', onConstructorPoisoning: 'ignore' } : {}),
  })
  await app.register(cookie)
  // Handed on unread: the handler bounds it while it reads.
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload))
  app.addHook('onRequest', async (_request, reply) => {
    void reply.headers(securityHeaders)
  })
  app.setErrorHandler((error: Error & { statusCode?: number; code?: string }, request, reply) => {
    const refusal = toRefusal(error)
    if (!refusal) {
      const reference = newReference()
      request.log.error({ err: error, reference }, 'internal error')
      return reply
        .status(500)
        .type('application/problem+json')
        .send(problemText({ ...new Refusal('internal').toProblem(), reference }))
    }
    const problem = refusal.toProblem()
    if (refusal.retryAfterS !== undefined) void reply.header('retry-after', String(refusal.retryAfterS))
    return reply.status(problem.status).type('application/problem+json').send(problemText(problem))
  })
  return app
}

const problemText = (problem: Problem): string => JSON.stringify(problem)

function toRefusal(error: Error & { statusCode?: number; code?: string }): Refusal | null {
  if (error instanceof Refusal) return error
  if (isDatabaseDown(error)) return new Refusal('database.unavailable', undefined, { retryAfterS: 2 })
  // A time outside of what PostgreSQL knows, such as the year 0, can only have come with the request.
  if (error.code === '22007' || error.code === '22008')
    return new Refusal('request.invalid', 'A time is outside of the years that can be stored')
  if (error.statusCode === 413)
    return new Refusal('request.too_large', `A body may have ${maxIncidentBatchBytes} bytes`)
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
    return new Refusal('request.invalid', error.message)
  return null
}
