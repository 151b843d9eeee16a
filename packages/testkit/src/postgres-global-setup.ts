import { startPostgres } from '@riposte/postgres'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** One real PostgreSQL for the whole run, unless RIPOSTE_TEST_POSTGRES_URL names another. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env['RIPOSTE_TEST_POSTGRES_URL']) return undefined
  const dataDir = mkdtempSync(path.join(tmpdir(), 'riposte-test-'))
  const postgres = await startPostgres({ dataDir })
  process.env['RIPOSTE_TEST_POSTGRES_URL'] = postgres.url()
  return async () => {
    await postgres.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
