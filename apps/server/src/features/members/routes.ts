import { memberApi } from '@riposte/contract'
import type { HandlersOf } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'

export const memberRoutes = (): HandlersOf<typeof memberApi> =>
  Object.fromEntries(
    Object.keys(memberApi).map((id) => [id, () => Promise.reject(new Refusal('route.not_found'))]),
  ) as never
