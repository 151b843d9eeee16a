export { readRules } from './queries.ts'
export { ruleRoutes } from './routes.ts'
export { ruleSentence, titleOf } from './rule-policy.ts'
