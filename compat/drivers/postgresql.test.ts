import { testDatabase, type TestDatabase } from '@riposte/testkit'
import { afterAll, beforeAll, describe } from 'vitest'
import { describeDriver } from './support/describe-driver.ts'

/** Each app makes its own tables. */
function withDatabase(title: string, given: Omit<Parameters<typeof describeDriver>[1], 'env'>): void {
  describe('with a database', () => {
    const databases: TestDatabase[] = []
    let next = 0
    beforeAll(async () => {
      for (let number = 0; number < 3; number += 1) databases.push(await testDatabase())
    })
    afterAll(() => Promise.all(databases.map((database) => database.drop())))
    describeDriver(title, { ...given, env: () => ({ DATABASE_URL: databases[next++ % 3]?.url ?? '' }) })
  })
}

const postgres = {
  driver: 'postgres',
  hook: 'postgres',
  holes: [
    ...['unsafe', 'unsafe-values', 'fragment', 'nested', 'fragments', 'cursor', 'each', 'values', 'transaction'],
    ...['savepoint', 'reserved', 'forgotten'],
  ],
  safe: ['bound', 'bound-unsafe', 'bound-list', 'bound-column', 'bound-insert', 'escaped'],
  slow: ['slow', 'slow-fragment'],
} as const

withDatabase('postgres 3 as an ES module', { ...postgres, system: 'mjs' })
withDatabase('postgres 3 as an ES module on the newest Node', { ...postgres, system: 'mjs', on: 'newest' })
withDatabase('postgres 3 in CommonJS', { ...postgres, system: 'cjs' })

const pglite = {
  driver: 'pglite',
  hook: '@electric-sql/pglite',
  holes: ['query', 'exec', 'transaction', 'transaction-exec'],
  safe: ['bound', 'bound-template', 'bound-transaction', 'escaped'],
  slow: ['slow'],
} as const

describeDriver('PGlite 0.5 as an ES module', { ...pglite, system: 'mjs' })
describeDriver('PGlite 0.5 in CommonJS on the newest Node', { ...pglite, system: 'cjs', on: 'newest' })
