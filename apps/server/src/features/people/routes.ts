import { peopleApi } from '@riposte/contract'
import type { HandlersOf } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'

export const peopleRoutes = (): HandlersOf<typeof peopleApi> =>
  Object.fromEntries(
    Object.keys(peopleApi).map((id) => [id, () => Promise.reject(new Refusal('route.not_found'))]),
  ) as never
