import * as z from 'zod'
import { ActionId } from './action.ts'
import { RuleId } from './ids.ts'
import { Environment } from './project-type.ts'
import { Severity } from './severity.ts'

/** IF: the protections, and conditions that all must hold. An absent condition always holds. */
export const RuleIf = z.strictObject({
  protections: z
    .union([z.literal('any'), z.array(z.string().max(64)).min(1).max(64)])
    .meta({ description: 'Protection ids, or "any".' }),
  severityAtLeast: Severity.optional(),
  confidenceAtLeast: z.number().min(0).max(1).optional(),
  environments: z.array(Environment).min(1).optional(),
  route: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'A glob over the request path: * within a segment, ** across segments.' }),
  methods: z
    .array(z.string().regex(/^[A-Z]{1,16}$/))
    .min(1)
    .max(16)
    .optional(),
})
export type RuleIf = z.infer<typeof RuleIf>

export const RuleMode = z.enum(['enforce', 'shadow'])
export type RuleMode = z.infer<typeof RuleMode>

/** What a person writes; a file's `rules` list holds the same. */
export const RuleDraft = z.strictObject({
  enabled: z.boolean().default(true),
  mode: RuleMode.default('enforce').meta({ description: 'shadow: only counts what it would have done.' }),
  if: RuleIf,
  then: z.strictObject({ actions: z.array(ActionId).min(1).max(8) }),
  expiresAt: z.iso.datetime().nullable().default(null),
  note: z.string().max(500).default(''),
})
export type RuleDraft = z.infer<typeof RuleDraft>

export const Rule = RuleDraft.extend({ id: RuleId, position: z.int().min(0) })
export type Rule = z.infer<typeof Rule>
