export { byMember, record, type AuditEvent } from './record.ts'
export { auditRoutes } from './routes.ts'
export { auditLogRoutes } from './audit-log-routes.ts'
