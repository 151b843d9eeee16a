export type { Binaries } from './binaries.ts'
export { chooseIdentity, type Identity } from './identity.ts'
export { startPostgres, type RunningPostgres, type StartOptions } from './start-postgres.ts'
