import { testDatabase, type TestDatabase } from '@riposte/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { install } from './support/install.ts'
import { startMariadb, type MariadbServer } from './support/mariadb-server.ts'
import { startApp } from './support/start-app.ts'

let server: MariadbServer
const databases: TestDatabase[] = []
beforeAll(async () => {
  install('.')
  server = await startMariadb()
}, 900_000)
afterAll(async () => {
  await server.stop()
  await Promise.all(databases.map((database) => database.drop()))
})

/** Nothing at all, numbers, lists, buffers, text objects, getters that throw, functions. */
test.each(['mysql2', 'better-sqlite3', 'sqlite3', 'postgres', 'pglite'])(
  '%s treats what is no statement as it does without the SDK',
  async (driver) => {
    const answers: string[] = []
    for (const enabled of [true, false]) {
      const database = await testDatabase()
      databases.push(database)
      const app = await startApp({
        driver,
        system: 'cjs',
        enabled,
        env: {
          MARIADB_PORT: String(server.port),
          DATABASE: `odd_${enabled}`.concat(driver.replace(/\W/g, '')),
          DATABASE_URL: database.url,
        },
      })
      const { status, text } = await app.ask('odd', 'x')
      expect({ status, text }).toMatchObject({ status: 200 })
      answers.push(text.replaceAll(/conn:\d+/g, 'conn'))
      if (enabled) expect((await app.status()).counters).toMatchObject({ bugs: 0, blocked: 0 })
      app.stop()
    }
    expect(answers[0]).toBe(answers[1])
  },
)
