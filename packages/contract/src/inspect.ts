import * as z from 'zod'
import { Input, Operation } from './operation.ts'

/** One line of `riposte inspect`'s input. */
export const InspectRequest = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  protection: z.string().optional(),
  input: z.union([
    z.string(),
    z.array(z.string()),
    z.array(Input),
    z.object({
      query: z.unknown().optional(),
      body: z.unknown().optional(),
      headers: z.unknown().optional(),
      cookies: z.unknown().optional(),
      routeParams: z.unknown().optional(),
    }),
  ]),
  operation: Operation,
})
export type InspectRequest = z.infer<typeof InspectRequest>

/** One line of its output. Not flagged: `reason` null, `confidence` 0, `protection` the one that was asked for or null. */
export const InspectAnswer = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  flagged: z.boolean(),
  protection: z.string().nullable(),
  reason: z.string().nullable(),
  confidence: z.number(),
})
export type InspectAnswer = z.infer<typeof InspectAnswer>
