import { actions, projectTypes, ruleActionChoices, RuleDraft, type Catalog } from '@riposte/contract'
import { plannedProtections, protectionSpecs } from '@riposte/protections/specs'
import { z } from 'zod'
import type { Handlers } from '../../platform/http/handler.ts'

const catalog: Catalog = {
  protections: [
    ...protectionSpecs.map(({ id, title, summary, severity, defaultAction, kinds, offUntilAsked = false }) => ({
      id,
      title,
      summary,
      severity,
      defaultAction,
      kinds: [...kinds],
      onByDefault: !offUntilAsked,
      available: true,
    })),
    ...Object.entries(plannedProtections).map(([id, title]) => ({
      id,
      title,
      summary: 'Not in this version.',
      severity: 'info' as const,
      defaultAction: 'log' as const,
      kinds: [],
      onByDefault: false,
      available: false,
    })),
  ],
  actions: actions.map(({ id, title, summary }) => ({ id, title, summary })),
  ruleActions: Object.fromEntries(
    projectTypes.map((type) => [
      type,
      ruleActionChoices(type).map((choice) => ({
        action: choice.action,
        allowed: choice.allowed,
        why: choice.allowed ? null : choice.why,
      })),
    ]),
  ) as Catalog['ruleActions'],
  ruleSchema: z.toJSONSchema(RuleDraft, { io: 'input' }),
}

export const catalogRoutes: Pick<Handlers, 'catalog'> = { catalog: () => Promise.resolve(catalog) }
