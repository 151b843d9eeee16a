import { maxIncidentsPerBatch } from '@riposte/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../platform/crypto/secrets.ts'
import { sampleIncident, startApp, type TestApp } from '../../testing/start-app.ts'

let server: TestApp
const instanceId = newId()
beforeAll(async () => {
  server = await startApp()
})
afterAll(() => server.stop())

const send = (incidents: unknown[]) =>
  server.call('POST', '/api/v1/sdk/incidents', { token: server.projectToken, body: { instanceId, incidents } })
const list = async (query = '') =>
  (await server.call('GET', `/api/v1/projects/${server.projectId}/incidents${query}`)).body as unknown as {
    items: { id: string; count: number; at: string }[]
    nextCursor: string | null
  }

test('the good incidents of a batch are kept and the bad ones are named', async () => {
  const good = sampleIncident()
  const { status, body } = await send([
    good,
    { ...sampleIncident(), severity: 'terrible' },
    'nonsense',
    { ...sampleIncident(), outcome: { actions: ['explode'] } },
  ])
  expect(status).toBe(200)
  expect(body).toMatchObject({
    accepted: [good['id']],
    duplicates: [],
    rejected: [
      { index: 1, path: 'severity' },
      { index: 2, path: '' },
      { index: 3, path: 'outcome.actions[0]' },
    ],
  })
  expect((await list()).items.map((item) => item.id)).toContain(good['id'])
})

test('sending again does no harm, and only a higher count counts', async () => {
  const incident = sampleIncident({ count: 2 })
  await send([incident])
  expect((await send([incident])).body).toMatchObject({ accepted: [], duplicates: [incident['id']] })
  await send([{ ...incident, count: 7 }])
  await send([{ ...incident, count: 3 }])
  expect((await list()).items.filter((item) => item.id === incident['id'])).toMatchObject([{ count: 7 }])
})

test("what PostgreSQL's text cannot hold is stored visibly", async () => {
  const incident = sampleIncident({
    input: { source: 'query', path: 'q\u0000', value: "a\u0000b \ud800 '", span: null },
  })
  expect((await send([incident])).body).toMatchObject({ accepted: [incident['id']] })
  const { body } = await server.call('GET', `/api/v1/incidents/${String(incident['id'])}`)
  expect((body as unknown as { input: { value: string } }).input.value).toBe("a\u2400b \ufffd '")
})

test('an app whose clock is ahead does not sit on top of the list for ever', async () => {
  const ahead = sampleIncident({ at: '2099-01-01T00:00:00.000Z' })
  await send([ahead])
  const later = sampleIncident({ at: new Date(Date.now() + 50).toISOString() })
  await new Promise((resolve) => setTimeout(resolve, 60))
  await send([later])
  const [first, second] = (await list()).items
  expect([first?.id, second?.id]).toEqual([later['id'], ahead['id']])
  expect(second?.at).toBe('2099-01-01T00:00:00.000Z')
})

test('a batch holds this many incidents and not one more', async () => {
  const many = (length: number) => Array.from({ length }, () => ({}))
  expect((await send(many(maxIncidentsPerBatch))).status).toBe(200)
  const refused = await send(many(maxIncidentsPerBatch + 1))
  expect(refused.status).toBe(400)
  expect(refused.body).toMatchObject({
    code: 'request.invalid',
    errors: [{ path: 'incidents', allowed: `at most ${maxIncidentsPerBatch}` }],
  })
  expect((await send([])).status).toBe(400)
})

test('malformed bodies get a problem that says what is wrong', async () => {
  const text = await server.call('POST', '/api/v1/sdk/incidents', {
    token: server.projectToken,
    body: '{"broken',
    headers: { 'content-type': 'application/json' },
  })
  expect(text.status).toBe(400)
  expect(text.headers['content-type']).toContain('application/problem+json')
  const huge = await server.call('POST', '/api/v1/sdk/incidents', {
    token: server.projectToken,
    body: { instanceId, incidents: ['x'.repeat(5_000_000)] },
  })
  expect({ status: huge.status, code: (huge.body as { code?: string }).code }).toEqual({
    status: 413,
    code: 'request.too_large',
  })
})

test('filters narrow the list, pages follow each other without gap or overlap, and a network is an address filter', async () => {
  await send(
    Array.from({ length: 7 }, (_, index) =>
      sampleIncident({
        request: {
          method: 'POST',
          route: null,
          path: `/p${index}`,
          ip: `198.51.100.${index}`,
          userAgent: null,
          sessionHash: null,
          userId: null,
        },
      }),
    ),
  )
  const all = await list('?address=198.51.100.0/24&limit=100')
  expect(all.items).toHaveLength(7)
  const seen: string[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { items: { id: string }[]; nextCursor: string | null } = await list(
      `?address=198.51.100.0/24&limit=3&cursor=${encodeURIComponent(cursor)}`,
    )
    seen.push(...page.items.map((item) => item.id))
    cursor = page.nextCursor
  }
  expect(seen).toEqual(all.items.map((item) => item.id))
  expect((await list('?address=198.51.100.3')).items).toHaveLength(1)
  expect((await list('?severity=low')).items).toHaveLength(0)
  expect((await list('?action=block&severity=critical&severity=high&limit=200')).items.length).toBeGreaterThan(7)
  const wrong = await server.call('GET', `/api/v1/projects/${server.projectId}/incidents?address=nowhere`)
  expect(wrong).toMatchObject({ status: 400, body: { errors: [{ path: 'address', given: 'nowhere' }] } })
})

test('an exported cell cannot become a formula', async () => {
  await send([
    sampleIncident({
      request: {
        method: '=HYPERLINK("http://x")',
        route: null,
        path: '@SUM(1)',
        ip: null,
        userAgent: null,
        sessionHash: null,
        userId: null,
      },
    }),
  ])
  const { text, headers } = await server.call('GET', `/api/v1/projects/${server.projectId}/incidents/export?format=csv`)
  expect(headers['content-disposition']).toContain('incidents.csv')
  expect(text).toContain(`"'=HYPERLINK(""http://x"")"`)
  expect(text).toContain(",'@SUM(1),")
})
