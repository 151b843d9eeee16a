import { startPostgres } from '@riposte/postgres'
import path from 'node:path'
import type { Env } from './env.ts'

export interface OpenedDatabase {
  readonly url: string
  /** null: not ours. */
  readonly postgresPid: number | null
  /** Stops it if we started it; one that was running already belongs to whoever did. */
  readonly stop: () => Promise<void>
}

/** The database that the environment names, or our own PostgreSQL in the data folder. */
export async function openDatabase(env: Env): Promise<OpenedDatabase> {
  if (env.databaseUrl !== null) return { url: env.databaseUrl, postgresPid: null, stop: () => Promise.resolve() }
  const postgres = await startPostgres({ dataDir: path.join(env.dataDir, 'postgres') })
  await postgres.ensureDatabase('riposte')
  return {
    url: postgres.url('riposte'),
    postgresPid: postgres.pid,
    stop: () => (postgres.adopted ? Promise.resolve() : postgres.stop()),
  }
}
