export { ConnectedInstances } from './instances.ts'
export { projectOf, sdkKey, syncRoutes } from './routes.ts'
export { Snapshots } from './snapshots.ts'
