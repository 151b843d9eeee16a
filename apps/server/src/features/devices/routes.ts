import { deviceApi } from '@riposte/contract'
import type { HandlersOf } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'

export const deviceRoutes = (): HandlersOf<typeof deviceApi> =>
  Object.fromEntries(
    Object.keys(deviceApi).map((id) => [id, () => Promise.reject(new Refusal('route.not_found'))]),
  ) as never
