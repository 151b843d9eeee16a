export { projectRoutes } from './routes.ts'
export { seedProject } from './seed-project.ts'
