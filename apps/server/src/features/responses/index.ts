export { ResponseFailure, type ResponseExtension, type ResponseFacts } from './extension.ts'
export { responseRoutes } from './routes.ts'
export { readHostPolicy } from './settings.ts'
