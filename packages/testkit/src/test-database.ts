import { randomBytes } from 'node:crypto'
import pg from 'pg'

export interface TestDatabase {
  readonly url: string
  drop(): Promise<void>
}

/** Where the shared test server of this run is; set by the global setup, or from outside to run the same tests on another server. */
const adminUrl = (): string => {
  const url = process.env['RIPOSTE_TEST_POSTGRES_URL']
  if (!url) throw new Error('RIPOSTE_TEST_POSTGRES_URL is not set: name the file *.db.test.ts or *.patch.test.ts')
  return url
}

/** An empty database of its own on the shared test server. */
export async function testDatabase(): Promise<TestDatabase> {
  const name = `t_${randomBytes(8).toString('hex')}`
  await asAdmin(`create database ${name}`)
  const url = new URL(adminUrl())
  url.pathname = `/${name}`
  return { url: url.href, drop: () => asAdmin(`drop database if exists ${name} with (force)`) }
}

async function asAdmin(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl() })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
