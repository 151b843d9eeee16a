export { enrolmentRoutes } from './enrol.ts'
export { openReleaseSecrets, type ReleaseSecrets } from './release-secrets.ts'
export { deviceRoutes } from './routes.ts'
export { seedEnrolments } from './seed-enrolments.ts'
