import { evidenceApi } from '@riposte/contract'
import type { HandlersOf } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'

export const evidenceRoutes = (): HandlersOf<typeof evidenceApi> =>
  Object.fromEntries(
    Object.keys(evidenceApi).map((id) => [id, () => Promise.reject(new Refusal('route.not_found'))]),
  ) as never
