import { createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Where an app keeps the word by which it knows a client again. */
export interface SessionRules {
  /** Names of cookies, beside the usual ones. */
  readonly cookies: readonly string[]
  /** A header that carries it, beside `Authorization: Bearer`. */
  readonly header: string | null
}

export interface SessionCredential {
  /** Differs from client to client; an address or a user agent never is one. */
  readonly id: string
  /** The cookie that holds it; null when a header does. */
  readonly cookie: string | null
}

/** As frameworks and sign-in libraries call them, lower case, without `__Host-` and `__Secure-`. */
const usual = new Set([
  ...['connect.sid', 'sid', 'sessionid', 'session_id', 'session-id', 'session', 'sess', 'koa.sess', 'koa:sess'],
  ...['express:sess', 'phpsessid', 'jsessionid', 'asp.net_sessionid', 'next-auth.session-token'],
  ...['authjs.session-token', 'better-auth.session_token', 'session_token', 'sessiontoken', 'session-token'],
  ...['auth_token', 'access_token', 'auth', 'token', 'jwt'],
])
const shortest = 8

/** The session that a request says it belongs to; null for a client without one. */
export function sessionOf(request: IncomingMessage, rules: SessionRules): SessionCredential | null {
  const named = rules.header === null ? undefined : request.headers[rules.header.toLowerCase()]
  if (typeof named === 'string' && named.length >= shortest) return { id: named, cookie: null }
  const cookie = cookieOf(request.headers.cookie, rules.cookies)
  if (cookie) return cookie
  const bearer = /^bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  return bearer !== undefined && bearer.length >= shortest ? { id: bearer, cookie: null } : null
}

function cookieOf(header: string | undefined, own: readonly string[]): SessionCredential | null {
  if (header === undefined) return null
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals === -1) continue
    const name = pair.slice(0, equals).trim()
    if (!own.includes(name) && !usual.has(name.toLowerCase().replace(/^__(?:host|secure)-/, ''))) continue
    const id = unsigned(
      decode(
        pair
          .slice(equals + 1)
          .trim()
          .replace(/^"(.*)"$/s, '$1'),
      ),
    )
    if (id.length >= shortest) return { id, cookie: name }
  }
  return null
}

/** express-session signs: `s:ID.signature`. Without it the id is the one that the app knows. */
const unsigned = (value: string): string => /^s:([^.]+)\./.exec(value)?.[1] ?? value

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What leaves this process of a session: nobody can get the session back from it, nor compare it with other projects'. */
export const hashSession = (id: string, key: string): string => createHmac('sha256', key).update(id).digest('hex')
