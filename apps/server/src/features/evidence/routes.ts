import { evidenceAgentRoutes, evidenceApi, type RouteDefinition } from '@riposte/contract'
import type { HandlersOf } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'

const notBuilt = <Table extends Record<string, RouteDefinition>>(table: Table): HandlersOf<Table> =>
  Object.fromEntries(
    Object.keys(table).map((id) => [id, () => Promise.reject(new Refusal('route.not_found'))]),
  ) as never

export const evidenceRoutes = (): HandlersOf<typeof evidenceApi> => notBuilt(evidenceApi)
export const evidenceAgentHandlers = (): HandlersOf<typeof evidenceAgentRoutes> => notBuilt(evidenceAgentRoutes)
