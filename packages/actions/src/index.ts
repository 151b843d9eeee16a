export * from './executor.ts'
export { findExecutor } from './executors.ts'
export * from './host.ts'
export * from './specs.ts'
