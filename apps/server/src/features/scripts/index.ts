export { runScriptExtension } from './run-script-extension.ts'
export { scriptRoutes } from './routes.ts'
