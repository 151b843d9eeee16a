import type { RouteDefinition } from '../route.ts'

export const auditLogApi = {} as const satisfies Record<string, RouteDefinition>
