import { testDatabase } from '@riposte/testkit'
import pg from 'pg'
import { expect, test } from 'vitest'
import { migrate, readMigrations } from './migrate.ts'

test('servers that start together migrate once', async () => {
  const database = await testDatabase()
  const done = await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)])
  expect(done.flat()).toEqual(readMigrations().map((migration) => migration.name))
  await database.drop()
})

test('migrations are numbered one after the other, so that two never mean the same place', () => {
  const numbers = readMigrations().map(({ name }) => Number(/^(\d{4})_[a-z_]+\.sql$/.exec(name)?.[1]))
  expect(numbers).toEqual(numbers.map((_, index) => index + 1))
})

test('a newer database and an edited migration are refused', async () => {
  const database = await testDatabase()
  await migrate(database.url)
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(`insert into migration (name, checksum) values ('9999_future.sql', 'x')`)
  await expect(migrate(database.url)).rejects.toThrow(/newer Riposte \(9999_future\.sql\)/)
  await client.query(`delete from migration where name = '9999_future.sql'`)
  await client.query(`update migration set checksum = 'other' where name = '0001_first.sql'`)
  await expect(migrate(database.url)).rejects.toThrow(/0001_first\.sql is not the one that was applied/)
  await client.end()
  await database.drop()
})
