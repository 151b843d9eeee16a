import type { RouteDefinition } from '../route.ts'

export const scriptApi = {} as const satisfies Record<string, RouteDefinition>
