import { auditLogApi } from '@riposte/contract'
import type { HandlersOf } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'

export const auditLogRoutes = (): HandlersOf<typeof auditLogApi> =>
  Object.fromEntries(
    Object.keys(auditLogApi).map((id) => [id, () => Promise.reject(new Refusal('route.not_found'))]),
  ) as never
