export { readSummaries, summaryColumns, toSummary, type SummaryRow } from './queries.ts'
export { incidentRoutes } from './routes.ts'
