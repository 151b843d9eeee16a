import { scriptApi } from '@riposte/contract'
import type { HandlersOf } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'

export const scriptRoutes = (): HandlersOf<typeof scriptApi> =>
  Object.fromEntries(
    Object.keys(scriptApi).map((id) => [id, () => Promise.reject(new Refusal('route.not_found'))]),
  ) as never
