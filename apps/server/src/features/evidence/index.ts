export { evidenceAgentHandlers, evidenceRoutes } from './routes.ts'
