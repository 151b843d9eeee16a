export { byMember, record, type AuditEvent } from './record.ts'
export { auditRoutes } from './routes.ts'
