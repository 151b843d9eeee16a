import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../platform/http/refusal.ts'

/** Where requests that change something may come from: this console. Browsers say so themselves; scripts have no cookie. */
export function refuseForeignOrigin(request: FastifyRequest, publicUrl: string): void {
  if (request.method === 'GET' || request.method === 'HEAD') return
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin') throw new Refusal('auth.origin_refused')
  const origin = request.headers.origin
  if (origin === undefined) {
    if (site === 'same-origin') return
    throw new Refusal('auth.origin_refused', 'A request with a session must carry an Origin header')
  }
  if (origin !== new URL(publicUrl).origin && origin !== `${request.protocol}://${request.headers.host ?? ''}`)
    throw new Refusal('auth.origin_refused')
}
