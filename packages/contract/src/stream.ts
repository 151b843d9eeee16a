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
  /** Devices came, went, or changed; empty: many. */
  devices: z.object({ ids: z.array(z.string()) }),
  /** Responses changed, and the requests that they belong to; empty: many. */
  responses: z.object({ ids: z.array(z.string()), requestIds: z.array(z.string()) }),
  /** Lines of a running action, as they come. Kept too: the action's page reads them again. */
  response_output: z.object({ id: z.string(), at: z.string(), stream: z.string(), text: z.string() }),
  people: z.object({}),
  scripts: z.object({}),
} as const
export type ConsoleEventName = keyof typeof consoleEvents
export type ConsoleEvent = {
  [Name in ConsoleEventName]: { name: Name; data: z.infer<(typeof consoleEvents)[Name]> }
}[ConsoleEventName]
