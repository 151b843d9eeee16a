import type { IncidentReport } from '@riposte/contract'
import type { Context } from '../core/context.ts'
import { clientAddress, type TrustedProxies } from './client-address.ts'
import { hashSession, sessionOf, type SessionRules } from './session-of.ts'

interface RoutedRequest {
  readonly originalUrl?: string
}

/** Who asked for what, as an incident tells it. */
export function describeRequest(
  context: Context,
  trusted: TrustedProxies,
  sessionKey: string,
  session: SessionRules,
): IncidentReport['request'] {
  const { request } = context
  if (!request) return null
  const routed = request as typeof request & RoutedRequest
  const url = routed.originalUrl ?? request.url ?? '/'
  const sessionId = context.sessionId ?? sessionOf(request, session)?.id ?? null
  return {
    method: request.method ?? 'GET',
    route: context.route(),
    path: (url.split('?', 1)[0] ?? '/').slice(0, 4_000),
    ip: clientAddress(request, trusted),
    userAgent: request.headers['user-agent']?.slice(0, 1_000) ?? null,
    sessionHash: sessionId === null ? null : hashSession(sessionId, sessionKey),
    userId: context.userId?.slice(0, 256) ?? null,
  }
}
