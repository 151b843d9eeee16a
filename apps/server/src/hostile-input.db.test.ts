import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from './platform/crypto/secrets.ts'
import { sampleIncident, startApp, type TestApp } from './testing/start-app.ts'

let server: TestApp
const instanceId = newId()
beforeAll(async () => {
  server = await startApp()
})
afterAll(() => server.stop())

const project = (): string => `/api/v1/projects/${server.projectId}`
const send = (body: unknown) =>
  server.call('POST', '/api/v1/sdk/incidents', {
    token: server.projectToken,
    body,
    headers: { 'content-type': 'application/json' },
  })

test('an incident that cannot be stored costs only itself', async () => {
  const good = sampleIncident()
  const year0 = await send({ instanceId, incidents: [good, sampleIncident({ at: '0000-12-31T23:59:59Z' })] })
  expect(year0).toMatchObject({
    status: 200,
    body: { accepted: [good['id']], rejected: [{ index: 1, path: 'at', message: 'before the year 1' }] },
  })
  const year1 = sampleIncident({ at: '0001-01-01T00:00:00Z' })
  expect((await send({ instanceId, incidents: [year1] })).body).toMatchObject({ accepted: [year1['id']] })
})

test.each([
  // The incident itself and its metadata are two of the levels.
  ['30', 30, 1, 0],
  ['31', 31, 0, 1],
  ['fifty thousand', 50_000, 0, 1],
])('metadata of %s nested lists', async (_name, lists, accepted, rejected) => {
  const incident = JSON.stringify(sampleIncident({ metadata: { deep: 'HERE' } }))
  const text = incident.replace('"HERE"', '['.repeat(lists) + ']'.repeat(lists))
  const { status, body } = await send(`{"instanceId":"${instanceId}","incidents":[${text}]}`)
  expect(status).toBe(200)
  expect((body as { accepted?: string[] }).accepted).toHaveLength(accepted)
  expect((body as { rejected?: string[] }).rejected).toHaveLength(rejected)
})

test('of one incident twice in a batch the higher count counts, and its id may be in capitals', async () => {
  const incident = sampleIncident()
  const id = String(incident['id'])
  const twice = [
    { ...incident, id: id.toUpperCase(), count: 7 },
    { ...incident, count: 3 },
  ]
  expect((await send({ instanceId, incidents: twice })).body).toMatchObject({ accepted: [id], duplicates: [] })
  expect((await server.call('GET', `/api/v1/incidents/${id}`)).body).toMatchObject({ count: 7 })
})

test('counts may add up to more than a database integer', async () => {
  const decidedBy = { source: 'console', ruleIds: [newId()] }
  const many = Array.from({ length: 3 }, () =>
    sampleIncident({ count: 1_000_000_000, outcome: { actions: ['block'], decidedBy } }),
  )
  await send({ instanceId, incidents: many })
  const { status, body } = await server.call('GET', `${project()}/overview`)
  expect(status).toBe(200)
  expect((body as { totals?: { blocked: number } }).totals?.blocked).toBeGreaterThanOrEqual(3_000_000_000)
  expect((await server.call('GET', `${project()}/rules`)).status).toBe(200)
})

const rule = (note: string) => ({ rule: { if: { protections: 'any' }, then: { actions: ['log'] }, note } })
const cursor = (text: string): string => `cursor=${Buffer.from(text).toString('base64url')}`

test.each<[string, string, () => string, unknown, string | null]>([
  ['a NUL in a search', 'GET', () => `${project()}/incidents?text=%00`, undefined, 'text'],
  ['a NUL in a name', 'PATCH', project, { name: 'a\0b' }, 'name'],
  ['a NUL in a note', 'POST', () => `${project()}/rules`, rule('a\0b'), 'rule.note'],
  ['half a surrogate pair in a note', 'POST', () => `${project()}/rules`, rule('\ud800'), 'rule.note'],
  ['the year 0', 'GET', () => `${project()}/incidents?from=0000-01-01T00:00:00Z`, undefined, null],
  [
    'an expiry in the year 0',
    'POST',
    () => '/api/v1/me/api-tokens',
    { name: 'x', expiresAt: '0000-01-01T00:00:00Z' },
    null,
  ],
  [
    'a cursor of no time',
    'GET',
    () => `${project()}/incidents?${cursor(`9999-99-99T99:99:99Z ${newId()}`)}`,
    undefined,
    'cursor',
  ],
  [
    'a cursor of no id',
    'GET',
    () => `${project()}/incidents?${cursor(`2026-01-01T00:00:00Z ${'-'.repeat(36)}`)}`,
    undefined,
    'cursor',
  ],
  ['a broken audit cursor', 'GET', () => '/api/v1/audit?cursor=1.5', undefined, 'cursor'],
  ['an audit cursor of words', 'GET', () => '/api/v1/audit?cursor=abc', undefined, 'cursor'],
  ['a revision that cannot be', 'GET', () => `${project()}/revisions?cursor=2147483648`, undefined, 'cursor'],
])('%s is refused with its place, not an internal error', async (_name, method, url, body, path) => {
  const answer = await server.call(method, url(), { body })
  expect(answer).toMatchObject({ status: 400, body: { code: 'request.invalid' } })
  if (path !== null) expect(answer.body).toMatchObject({ errors: [{ path }] })
})

test('the highest revision is still a cursor', async () => {
  expect((await server.call('GET', `${project()}/revisions?cursor=2147483647`)).status).toBe(200)
})

test('the name of an inherited property is no planned protection', async () => {
  const draft = { rule: { if: { protections: ['toString'] }, then: { actions: ['log'] } } }
  const { body } = await server.call('POST', `${project()}/rules`, { body: draft })
  expect(body).toMatchObject({ detail: 'There is no protection "toString".' })
})

const report = (change: object) => ({
  instanceId,
  startedAt: new Date().toISOString(),
  sentAt: new Date().toISOString(),
  app: { name: 'shop', version: null },
  environment: 'production',
  sdkVersion: '1',
  nodeVersion: '20',
  hostname: 'host',
  pid: 1,
  appliedRevision: null,
  hooks: [],
  warnings: [],
  counters: {},
  ...change,
})

test.each([
  ['a NUL in its host name', { hostname: 'a\0b' }, { health: 'silent', hostname: 'a\u2400b' }],
  ['a revision that cannot be', { appliedRevision: 99_999_999_999 }, { health: 'silent', appliedRevision: null }],
  ['a goodbye', { stopping: true }, { health: 'stopped' }],
])('a report with %s is kept', async (_name, change, shown) => {
  const { status } = await server.call('POST', '/api/v1/sdk/report', {
    token: server.projectToken,
    body: report(change),
  })
  expect(status).toBe(200)
  expect((await server.call('GET', `${project()}/instances`)).body).toMatchObject({ items: [shown] })
})
