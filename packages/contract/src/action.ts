import * as z from 'zod'
import { actionIds } from './action-list.ts'

export const ActionId = z.enum(actionIds)
export type ActionId = z.infer<typeof ActionId>

export { actionIds, actions, ruleActionChoices, type RuleActionChoice } from './action-list.ts'
