export { byMember, record } from './record.ts'
export { auditRoutes } from './routes.ts'
