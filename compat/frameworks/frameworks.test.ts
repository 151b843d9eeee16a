import type { TestDatabase } from '@riposte/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { install } from './support/install.ts'
import { places } from './support/places.ts'
import { connect, type Client, type Protocol } from './support/send.ts'
import { accounts, incidentsOf, startApp, type RunningApp, type Variant } from './support/start-app.ts'

const injected = `' or 1=1 --`

interface Framework extends Pick<Variant, 'app' | 'system' | 'home' | 'env'> {
  readonly name: string
  readonly protocol?: Protocol
  /** What it has no parser for. */
  readonly lacks?: readonly ('uploads' | 'text')[]
  /** The pattern of the parameter's route, where the framework tells it. */
  readonly route?: string
}

/** Each framework in each of its majors, and each of those in one module system at least. */
const frameworks: Framework[] = [
  { name: 'Express 5', app: 'express', system: 'mjs', home: 'current', route: '/param/:name' },
  { name: 'Express 5', app: 'express', system: 'cjs', home: 'current', route: '/param/:name' },
  { name: 'Express 4', app: 'express', system: 'cjs', home: 'previous', route: '/param/:name' },
  { name: 'Express 4', app: 'express', system: 'mjs', home: 'previous', route: '/param/:name' },
  { name: 'Fastify 5', app: 'fastify', system: 'mjs', home: 'current', route: '/param/:name' },
  { name: 'Fastify 5', app: 'fastify', system: 'cjs', home: 'current', route: '/param/:name' },
  { name: 'Fastify 4', app: 'fastify', system: 'mjs', home: 'previous', route: '/param/:name' },
  { name: 'Koa 3', app: 'koa', system: 'mjs', home: 'current', route: '/param/:name' },
  { name: 'Koa 3', app: 'koa', system: 'cjs', home: 'current', route: '/param/:name' },
  { name: 'Koa 2', app: 'koa', system: 'cjs', home: 'previous', route: '/param/:name' },
  { name: 'Hono 4', app: 'hono', system: 'mjs', home: 'current' },
  { name: 'Hono 4', app: 'hono', system: 'cjs', home: 'current' },
  { name: 'NestJS 11 on Express', app: 'nest', system: 'mjs', home: 'current', lacks: ['text'], route: '/param/:name' },
  {
    name: 'NestJS 11 on Fastify',
    app: 'nest',
    system: 'cjs',
    home: 'current',
    lacks: ['text', 'uploads'],
    env: { PLATFORM: 'fastify' },
    route: '/param/:name',
  },
  {
    name: 'NestJS 10 on Express',
    app: 'nest',
    system: 'cjs',
    home: 'previous',
    lacks: ['text'],
    route: '/param/:name',
  },
  {
    name: 'NestJS 10 on Fastify',
    app: 'nest',
    system: 'mjs',
    home: 'previous',
    lacks: ['text', 'uploads'],
    env: { PLATFORM: 'fastify' },
    route: '/param/:name',
  },
]

for (const [server, protocol] of [
  ['http', 'http'],
  ['https', 'https'],
  ['http2, its request interface', 'h2c'],
  ['http2, its stream interface', 'h2c'],
  ['http2 over TLS, its request interface', 'h2'],
  ['http2 over TLS, its stream interface', 'h2'],
] as const) {
  for (const system of ['cjs', 'mjs'] as const)
    frameworks.push({ name: `node:${server}`, app: 'node-servers', system, protocol, env: { SERVER: server } })
}

for (const app of ['fastify', 'koa'] as const) {
  const route = '/param/:name'
  frameworks.push({ name: `${app} on http2`, app, system: 'mjs', protocol: 'h2c', env: { HTTP2: '1' }, route })
}

const placesOf = ({ lacks = [] }: Framework) => places.filter(({ needs }) => !needs || !lacks.includes(needs))

let database: TestDatabase
beforeAll(async () => {
  install('current')
  install('previous')
  database = await accounts()
})
afterAll(() => database.drop())

describe.each(frameworks)('$name ($system)', (framework) => {
  const { protocol = 'http' } = framework
  let app: RunningApp
  let client: Client
  let neighbour: Client
  beforeAll(async () => {
    app = await startApp(framework, database)
    client = connect(protocol, app.port)
    neighbour = connect(protocol, app.port)
  })
  afterAll(() => {
    client.close()
    neighbour.close()
    app.stop()
  })

  test.each(placesOf(framework))(
    'blocks what stands in $name once, cleanly, and nobody else',
    async ({ put, source }) => {
      // Over HTTP/2 the neighbour is another stream of the same connection.
      const nearest = protocol.startsWith('h2') ? client : neighbour
      const [answer, beside] = await Promise.all([client.send(put(injected)), nearest.send({ path: '/ok' })])
      expect(answer.text).toContain('"status":403')
      expect(answer.status).toBe(403)
      expect(answer.headers['content-type']).toBe('application/problem+json')
      const { reference } = JSON.parse(answer.text) as { reference: string }
      expect(answer.headers['riposte-reference']).toBe(reference)
      expect(beside).toMatchObject({ status: 200, text: '{"ok":true}' })
      expect(await client.send({ path: '/ok' })).toMatchObject({ status: 200 })
      const incident = incidentsOf(app).find(({ id }) => id === reference)
      expect(source).toContain(incident?.input?.source)
    },
  )

  test.each(placesOf(framework))('lets what is harmless in $name through', async ({ put }) => {
    const answer = await client.send(put('maya'))
    expect(answer.text).toContain('moon')
    expect(answer.status).toBeLessThan(300)
  })

  test('lets a bound value through, whatever it says', async () => {
    const bound = (name: string) => client.send({ path: `/bound?name=${encodeURIComponent(name)}` })
    expect((await bound(`O'Brien`)).text).toContain('clover')
    expect((await bound(injected)).text).toBe('[]')
  })

  test('tells the route of the parameter', async () => {
    const { headers } = await client.send({ path: `/param/${encodeURIComponent(injected)}` })
    const incident = incidentsOf(app).find(({ id }) => id === headers['riposte-reference'])
    expect(incident?.request?.route).toBe(framework.route ?? null)
  })

  test('raised nothing else, and met no fault of its own', async () => {
    const { counters } = await app.status()
    expect(counters).toMatchObject({ bugs: 0, cut: 0 })
  })
})

describe.each(frameworks)('$name ($system) with the action none', (framework) => {
  test('the same requests leak: the holes are real', async () => {
    const app = await startApp({ ...framework, action: 'none' }, database)
    const client = connect(framework.protocol ?? 'http', app.port)
    for (const { name, put } of placesOf(framework)) {
      const answer = await client.send(put(injected))
      expect(answer.text, name).toContain('clover')
      expect(answer.status, name).toBeLessThan(300)
    }
    client.close()
    app.stop()
  })
})
