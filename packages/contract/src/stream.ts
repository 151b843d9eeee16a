import * as z from 'zod'
import { ProjectId } from './ids.ts'
import { IncidentSummary } from './incident.ts'

/** Server-sent events to running apps. The name is the SSE event name, the schema its JSON data. */
export const sdkEvents = {
  /** Only says which revision is newest; the app fetches it. Lost, doubled or reordered ones do no harm. */
  config: z.object({ revision: z.int().min(0) }),
} as const

/** Server-sent events to the console. A reader that missed some reloads what it shows. */
export const consoleEvents = {
  incident: IncidentSummary,
  incident_changed: z.object({ projectId: ProjectId, ids: z.array(z.string()) }),
  rules: z.object({ projectId: ProjectId, revision: z.int() }),
  instances: z.object({ projectId: ProjectId }),
} as const
export type ConsoleEventName = keyof typeof consoleEvents
export type ConsoleEvent = {
  [Name in ConsoleEventName]: { name: Name; data: z.infer<(typeof consoleEvents)[Name]> }
}[ConsoleEventName]
