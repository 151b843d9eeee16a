export { ConnectedInstances } from './instances.ts'
export { sdkKey, syncRoutes } from './routes.ts'
export { Snapshots } from './snapshots.ts'
