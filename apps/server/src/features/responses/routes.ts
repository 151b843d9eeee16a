import { responseApi } from '@riposte/contract'
import type { HandlersOf } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'

export const responseRoutes = (): HandlersOf<typeof responseApi> =>
  Object.fromEntries(
    Object.keys(responseApi).map((id) => [id, () => Promise.reject(new Refusal('route.not_found'))]),
  ) as never
