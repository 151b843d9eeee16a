import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type Answer, type TestApp } from '../../testing/start-app.ts'

let server: TestApp
beforeAll(async () => {
  server = await startApp()
})
afterAll(() => server.stop())

const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
  server.call(method, `/api/v1/${path}`, body === undefined ? {} : { body })
const upload = (path: string, text: string | Buffer): Promise<Answer> =>
  server.call('POST', `/api/v1/people/import${path}`, {
    body: Buffer.from(text),
    headers: { 'content-type': 'application/octet-stream' },
  })
const entries = async (): Promise<number> =>
  Number((await server.app.db.query<{ n: string }>('select count(*) as n from audit_entry'))[0]?.n)
type Made = { id: string } & Record<string, unknown>

describe('people by hand', () => {
  test('one is added, changed, found and removed, each with one audit entry', async () => {
    const before = await entries()
    const made = await call('POST', 'people', { name: 'Maya Jones', email: 'Maya@Example.org', department: 'Ops' })
    expect(made).toMatchObject({ status: 201, body: { email: 'maya@example.org', source: 'manual', active: true } })
    const { id } = made.body as unknown as Made
    expect(await call('PATCH', `people/${id}`, { userName: 'maya', department: null })).toMatchObject({
      status: 200,
      body: { userName: 'maya', department: null, name: 'Maya Jones' },
    })
    expect((await call('GET', 'people?text=MAY&active=true&flagged=false&source=manual')).body).toMatchObject({
      total: 1,
      items: [{ id }],
    })
    expect((await call('GET', 'people?text=nobody')).body).toMatchObject({ total: 0, items: [], nextCursor: null })
    expect((await call('DELETE', `people/${id}`)).status).toBe(204)
    expect((await call('GET', `people/${id}`)).body).toMatchObject({ code: 'person.not_found' })
    expect(await entries()).toBe(before + 3)
  })

  test('an e-mail or user name of somebody else is refused by name, and nothing is kept', async () => {
    await call('POST', 'people', { name: 'A', email: 'a@example.org', userName: 'Anna' })
    const before = await entries()
    expect(await call('POST', 'people', { name: 'B', email: 'A@EXAMPLE.org' })).toMatchObject({
      status: 409,
      body: { code: 'person.exists', errors: [{ path: 'email' }] },
    })
    expect(await call('POST', 'people', { name: 'B', email: 'b@example.org', userName: 'anna' })).toMatchObject({
      status: 409,
      body: { errors: [{ path: 'userName' }] },
    })
    expect(await entries()).toBe(before)
  })

  test('a device that is not there is refused', async () => {
    const deviceId = '019a0000-0000-7000-8000-000000000001'
    const refused = await call('POST', 'people', {
      name: 'C',
      email: 'c@example.org',
      localAccounts: [{ deviceId, name: 'c' }],
    })
    expect(refused).toMatchObject({ status: 404, body: { errors: [{ path: 'localAccounts[0].deviceId' }] } })
    expect((await call('GET', 'people?text=c@example.org')).body).toMatchObject({ total: 0 })
  })

  test('pages follow each other without gaps', async () => {
    for (const name of ['p1', 'P2', 'p3', 'P3', 'p5'])
      await call('POST', 'people', { name, email: `${name}${name === 'P3' ? 'x' : ''}@pages.example` })
    const seen: string[] = []
    let cursor = ''
    do {
      const { body } = await call('GET', `people?text=pages.example&limit=2&cursor=${cursor}`)
      const page = body as unknown as { items: { name: string }[]; nextCursor: string | null }
      seen.push(...page.items.map(({ name }) => name.toLowerCase()))
      cursor = page.nextCursor ?? ''
    } while (cursor !== '')
    expect(seen).toEqual(['p1', 'p2', 'p3', 'p3', 'p5'])
    for (const wrong of ['x', Buffer.from('["\\u0000","019a0000-0000-7000-8000-000000000001"]').toString('base64url')])
      expect((await call('GET', `people?cursor=${wrong}`)).status).toBe(400)
  })
})

describe('people from a file', () => {
  const file = 'name;email;external_id\nIda;ida@file.example;1\nOle;OLE@file.example;2\n'

  test('is looked at, then done, and done again changes nothing', async () => {
    const preview = await upload('/preview', file)
    expect(preview.body).toMatchObject({ rows: 2, create: 2, update: 0, errorCount: 0 })
    const { sha256 } = preview.body as unknown as { sha256: string }
    const before = await entries()
    expect((await upload(`?sha256=${sha256}`, file)).body).toMatchObject({ create: 2 })
    expect((await upload(`?sha256=${sha256}`, file)).body).toMatchObject({ create: 0, update: 0, unchanged: 2 })
    expect(await entries()).toBe(before + 1)
    // Found by the external id, although the address is a new one.
    const moved = file.replace('ida@', 'ida.new@')
    expect((await upload('/preview', moved)).body).toMatchObject({ create: 0, update: 1, unchanged: 1 })
  })

  test('another file than the one looked at is refused', async () => {
    expect((await upload(`?sha256=${'0'.repeat(64)}`, file)).body).toMatchObject({ code: 'import.changed' })
  })

  test('one wrong line refuses all, unless it is to be left out', async () => {
    const mixed = 'name,email\nGood,good@file.example\nBad,not an address\n'
    const preview = (await upload('/preview', mixed)).body as unknown as { sha256: string; errors: unknown[] }
    expect(preview.errors).toEqual([
      {
        line: 3,
        column: 'email',
        code: 'value_invalid',
        message: '"not an address" is no e-mail address',
        allowed: 'an address such as maya@example.org',
      },
    ])
    expect(await upload(`?sha256=${preview.sha256}`, mixed)).toMatchObject({
      status: 422,
      body: { code: 'import.refused' },
    })
    expect((await call('GET', 'people?text=good@file')).body).toMatchObject({ total: 0 })
    expect((await upload(`?sha256=${preview.sha256}&skipErrors=true`, mixed)).body).toMatchObject({ create: 1 })
    expect((await call('GET', 'people?text=good@file')).body).toMatchObject({ total: 1 })
  })

  test('what goes out comes in again as it is, formulas included', async () => {
    const odd = 'name,email,department\n"=cmd|x, ""y""",formula@file.example,+1\n'
    const { sha256 } = (await upload('/preview', odd)).body as unknown as { sha256: string }
    await upload(`?sha256=${sha256}`, odd)
    const out = await call('GET', 'people/export?text=formula')
    expect(out.headers['content-type']).toContain('text/csv')
    expect(out.text).toBe(
      `name,email,user_name,department,manager,external_id,active\r\n"'=cmd|x, ""y""",formula@file.example,,'+1,,,true\r\n`,
    )
    expect((await upload('/preview', out.text)).body).toMatchObject({ unchanged: 1, errorCount: 0 })
  })

  test('twenty thousand people come in at once', async () => {
    const many = `name,email\n${Array.from({ length: 20_000 }, (_, n) => `n${n},n${n}@many.example`).join('\n')}\n`
    const { sha256, create } = (await upload('/preview', many)).body as unknown as { sha256: string; create: number }
    expect(create).toBe(20_000)
    expect((await upload(`?sha256=${sha256}`, many)).status).toBe(200)
    expect((await upload('/preview', many)).body).toMatchObject({ unchanged: 20_000 })
    await server.app.db.query(`delete from person where email like '%@many.example'`)
  }, 60_000)

  test('a body that is no file is refused', async () => {
    expect((await call('POST', 'people/import/preview', { a: 1 })).status).toBe(400)
    expect((await upload('/preview', Buffer.alloc(16 * 1024 * 1024 + 1, 'a'))).status).toBe(413)
  })
})

describe('tokens of identity providers', () => {
  test('are shown once and end at once', async () => {
    const { status, body } = await call('POST', 'directory-tokens', { name: 'Entra', days: 30 })
    const { token, item } = body as unknown as { token: string; item: Made }
    expect(status).toBe(201)
    expect((await call('GET', 'directory-tokens')).text).not.toContain(token)
    expect((await server.call('GET', '/scim/v2/Users', { token })).status).toBe(200)
    expect((await call('DELETE', `directory-tokens/${item.id}`)).status).toBe(204)
    expect((await server.call('GET', '/scim/v2/Users', { token })).status).toBe(401)
    expect((await call('DELETE', `directory-tokens/${item.id}`)).body).toMatchObject({
      code: 'directory_token.not_found',
    })
  })
})
