import { api, may, roles, type RouteDefinition, type RouteId } from '@riposte/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from './platform/crypto/secrets.ts'
import { startApp, type TestApp } from './testing/start-app.ts'

let server: TestApp
beforeAll(async () => {
  server = await startApp()
})
afterAll(() => server.stop())

const address = (route: RouteDefinition): string =>
  route.path.replace(':projectId', server.projectId).replace(/:\w+/g, () => newId())
const routes = Object.entries(api) as [RouteId, RouteDefinition][]
const streams = new Set<RouteId>(['stream', 'sdkStream'])

for (const [id, route] of routes) {
  if (route.auth.kind === 'public') continue

  test(`${id} refuses whoever does not say who they are, and whoever lies about it`, async () => {
    for (const token of [
      null,
      'rpt_wrong',
      'Bearer',
      'rip1.00000000000000000000000000000000.00000000000000000000000000000000.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    ]) {
      const { status, body } = await server.call(route.method, address(route), {
        token,
        body: route.body ? {} : undefined,
      })
      expect({ status, code: (body as { code?: string }).code }).toEqual({
        status: 401,
        code: token === null && route.auth.kind === 'member' ? 'auth.required' : 'auth.token_invalid',
      })
    }
  })

  test(`${id} takes no token of the other kind`, async () => {
    const token = route.auth.kind === 'member' ? server.projectToken : await server.tokenOf('owner')
    expect((await server.call(route.method, address(route), { token, body: route.body ? {} : undefined })).status).toBe(
      401,
    )
  })

  if (route.auth.kind === 'member' && !streams.has(id)) {
    const { permission } = route.auth
    for (const role of roles) {
      test(`${id} is ${may(role, permission) ? 'open' : 'closed'} to the ${role}`, async () => {
        const { status } = await server.call(route.method, address(route), {
          token: await server.tokenOf(role),
          body: route.body ? {} : undefined,
        })
        // What an allowed caller gets depends on the empty body and the unknown ids of this test.
        if (may(role, permission)) expect([200, 201, 204, 400, 404]).toContain(status)
        else expect(status).toBe(403)
      })
    }
  }
}

test("another organisation's project does not exist", async () => {
  const foreign = newId()
  const organisation = newId()
  await server.app.db.query('insert into organisation (id, name) values ($1, $2)', [organisation, 'other'])
  await server.app.db.query('insert into project (id, organisation_id, name, type) values ($1, $2, $3, $4)', [
    foreign,
    organisation,
    'theirs',
    'cloud',
  ])
  for (const [id, route] of routes) {
    if (route.auth.kind !== 'member' || !route.path.includes(':projectId')) continue
    const body = {
      createRule: draft,
      updateRule: draft,
      renameProject: { name: 'x' },
      createProjectToken: {},
      setIncidentState: { ids: [newId()], state: 'new' },
    }[id as string]
    const { status } = await server.call(
      route.method,
      address(route).replace(server.projectId, foreign) + (id === 'exportIncidents' ? '?format=csv' : ''),
      { body: route.body ? body : undefined },
    )
    expect(status, id).toBe(404)
  }
})
const draft = { rule: { if: { protections: 'any' }, then: { actions: ['log'] } } }

test('every change by a member leaves exactly one audit entry, and the chain holds', async () => {
  const base = `/api/v1/projects/${server.projectId}`
  const count = async (): Promise<number> =>
    Number(
      (
        await server.app.db.query<{ n: string }>('select count(*) as n from audit_entry where organisation_id = $1', [
          server.organisationId,
        ])
      )[0]?.n,
    )
  const change = async (method: string, url: string, body?: unknown): Promise<Record<string, never>> => {
    const before = await count()
    const answer = await server.call(method, url, { body })
    expect(answer.status, `${method} ${url} ${answer.text}`).toBeLessThan(300)
    expect(await count(), `${method} ${url}`).toBe(before + 1)
    return answer.body
  }
  const made = (await change('POST', `${base}/rules`, draft)) as unknown as { rule: { id: string } }
  await change('PUT', `${base}/rules/${made.rule.id}`, draft)
  await change('DELETE', `${base}/rules/${made.rule.id}`)
  await change('POST', `${base}/rules/${made.rule.id}/restore`)
  await change('PATCH', base, { name: 'Renamed' })
  await change('POST', '/api/v1/projects', { name: 'Second', type: 'on_premise' })
  const token = (await change('POST', `${base}/tokens`, { note: 'second' })) as unknown as { item: { id: string } }
  await change('DELETE', `${base}/tokens/${token.item.id}`)
  await change('POST', `${base}/incidents/state`, { ids: [newId()], state: 'resolved' })
  const apiToken = (await change('POST', '/api/v1/me/api-tokens', { name: 'mine' })) as unknown as {
    item: { id: string }
  }
  await change('DELETE', `/api/v1/me/api-tokens/${apiToken.item.id}`)
  await change('PUT', '/api/v1/me', { name: 'Maya', email: 'maya@example.org', password: 'a long enough phrase' })

  const rows = await server.app.db.query<{ sequence: string; previous_hash: string; hash: string }>(
    'select sequence, previous_hash, hash from audit_entry where organisation_id = $1 order by sequence',
    [server.organisationId],
  )
  rows.forEach((row, index) => {
    expect(Number(row.sequence)).toBe(index + 1)
    if (index > 0) expect(row.previous_hash).toBe(rows[index - 1]?.hash)
  })
  await expect(server.app.db.query('delete from audit_entry')).rejects.toThrow(/append-only/)
  await expect(server.app.db.query(`update audit_entry set action = 'x'`)).rejects.toThrow(/append-only/)
  await expect(server.app.db.query('truncate audit_entry')).rejects.toThrow(/append-only/)
})
