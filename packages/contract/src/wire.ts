/** What a program in the field needs at run time; free of zod, so that an SDK stays small. */
export * from './canonical-json.ts'
export * from './envelope.ts'
export * from './project-token.ts'
export { actionIds, actions, ruleActionChoices, type RuleActionChoice } from './action-list.ts'
export { environments, projectTypes } from './project-type-list.ts'
export { isAtLeast, severities } from './severity-list.ts'
export { uuidv7 } from './uuid.ts'
