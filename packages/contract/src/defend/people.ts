import type { RouteDefinition } from '../route.ts'

export const peopleApi = {} as const satisfies Record<string, RouteDefinition>
