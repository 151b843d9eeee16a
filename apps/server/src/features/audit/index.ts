export { byMember, record, recordMany, type AuditEvent } from './record.ts'
export { auditRoutes } from './routes.ts'
export { auditLogRoutes } from './audit-log-routes.ts'
export { keepCheckpoints } from './checkpoints.ts'
