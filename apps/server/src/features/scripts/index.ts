export { runScriptExtension } from './run-script-extension.ts'
export { scriptRoutes } from './routes.ts'
export type { ScriptParts } from './change-scripts.ts'
