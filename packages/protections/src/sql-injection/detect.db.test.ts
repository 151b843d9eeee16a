import { testDatabase, type TestDatabase } from '@riposte/testkit'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { detect } from './detect.ts'

let database: TestDatabase
let client: pg.Client

beforeAll(async () => {
  database = await testDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(
    "create table lamps (id int, name text, hidden boolean); insert into lamps values (1, 'Desk', false), (2, 'Secret', true)",
  )
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

const search = (name: string): string => `select name from lamps where name ilike '%${name}%' and hidden = false`
const byId = (id: string): string => `select name from lamps where hidden = false and id = ${id}`
const found = (text: string, value: string) =>
  detect({ kind: 'sql', dialect: 'postgresql', text }, [{ source: 'query', path: 'q', value }])

describe('in a real database', () => {
  it.each([
    ["%' or 1=1 --", search],
    ["' or hidden or name like '", search],
    ["' union select name from lamps --", search],
    ['1 or true', byId],
    ['1 or 1 = 1', byId],
    ['(select 1)) or (hidden', (value: string) => `select name from lamps where hidden = false and (id = ${value})`],
    ["1\n or 'a\\' = 'a\\'", byId],
  ])('what shows the hidden row is found: %j', async (value, write) => {
    const { rows } = await client.query<{ name: string }>(write(value))
    expect(rows.map((row) => row.name)).toContain('Secret')
    expect(found(write(value), value)).not.toBeNull()
  })

  it.each([
    ['Desk', search],
    ["O''Brien", search],
    ['a\\', search],
    ["a'\n'b", search],
    ['1', byId],
    ['-1', byId],
    ["'1'", byId],
  ])('what the engine reads as one value is not: %j', async (value, write) => {
    const { rows } = await client.query<{ name: string }>(write(value))
    expect(rows.map((row) => row.name)).not.toContain('Secret')
    expect(found(write(value), value)).toBeNull()
  })
})
