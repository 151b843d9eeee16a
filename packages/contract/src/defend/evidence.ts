import type { RouteDefinition } from '../route.ts'

export const evidenceApi = {} as const satisfies Record<string, RouteDefinition>
