import type { TestDatabase } from '@riposte/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { install } from './support/install.ts'
import type { Ask } from './support/places.ts'
import { connect, type Client } from './support/send.ts'
import { accounts, startApp, type RunningApp } from './support/start-app.ts'

const injected = `' or 1=1 --`

const post = (body: unknown): Ask => ({
  method: 'POST',
  path: '/graphql',
  headers: { 'content-type': 'application/json', accept: 'application/json' },
  body: JSON.stringify(body),
})

const ways: readonly { name: string; put: (value: string) => Ask }[] = [
  {
    name: 'a text written into the document',
    put: (value) => post({ query: `{ secrets(name: ${JSON.stringify(value)}) }` }),
  },
  { name: 'a block text', put: (value) => post({ query: `query A { secrets(name: """${value}""") }` }) },
  {
    name: 'a text written with escapes',
    put: (value) => post({ query: `{ secrets(name: "${escaped(value)}") }` }),
  },
  {
    name: 'a variable',
    put: (value) => post({ query: 'query A($n: String!) { secrets(name: $n) }', variables: { n: value } }),
  },
  {
    name: 'the default of a variable',
    put: (value) => post({ query: `query A($n: String! = ${JSON.stringify(value)}) { secrets(name: $n) }` }),
  },
  {
    name: 'a query of a GET',
    put: (value) => ({
      path: `/graphql?query=${encodeURIComponent(`{ secrets(name: ${JSON.stringify(value)}) }`)}`,
      headers: { accept: 'application/json' },
    }),
  },
]

const escaped = (text: string) =>
  text.replace(/./gs, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)

const servers = ['graphql-http', 'yoga', 'apollo'] as const
const systems = { 'graphql-http': ['cjs', 'mjs'], yoga: ['mjs'], apollo: ['cjs'] } as const

let database: TestDatabase
beforeAll(async () => {
  install('current')
  database = await accounts()
})
afterAll(() => database.drop())

for (const server of servers) {
  for (const system of systems[server]) {
    describe(`${server} (${system})`, () => {
      let app: RunningApp
      let client: Client
      beforeAll(async () => {
        app = await startApp({ app: 'graphql', system, env: { SERVER: server } }, database)
        client = connect('http', app.port)
      })
      afterAll(() => {
        client.close()
        app.stop()
      })

      test.each(ways)('blocks $name once and cleanly', async ({ put }) => {
        const answer = await client.send(put(injected))
        expect(answer.text).toContain('"status":403')
        expect(answer.status).toBe(403)
        expect(answer.headers['riposte-reference']).toBe((JSON.parse(answer.text) as { reference: string }).reference)
        expect(await client.send(post({ query: '{ ok }' }))).toMatchObject({ status: 200 })
      })

      test.each(ways)('lets $name through when it is harmless or bound', async ({ put }) => {
        expect((await client.send(put('maya'))).text).toContain('moon')
        const { path, headers, method, body } = put(`O'Brien`)
        const bound = { path: path.replace('secrets', 'bound'), body: body?.toString().replace('secrets', 'bound') }
        const answer = await client.send({
          path: bound.path,
          ...(headers ? { headers } : {}),
          ...(method ? { method } : {}),
          ...(bound.body === undefined ? {} : { body: bound.body }),
        })
        expect(answer.text).toContain('clover')
      })

      test('the same requests leak with the action none: the holes are real', async () => {
        const open = await startApp({ app: 'graphql', system, action: 'none', env: { SERVER: server } }, database)
        const other = connect('http', open.port)
        for (const { name, put } of ways) expect((await other.send(put(injected))).text, name).toContain('clover')
        other.close()
        open.stop()
      })
    })
  }
}
