export { ruleRoutes } from './routes.ts'
export { ruleSentence } from './rule-policy.ts'
