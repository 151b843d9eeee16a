import type { Script } from '@riposte/contract'
import { createHash, createPublicKey, verify } from 'node:crypto'
import { preAuthEncoding } from '@riposte/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from '../../testing/start-app.ts'

let server: TestApp
beforeAll(async () => {
  server = await startApp()
})
afterAll(() => server.stop())

const draft = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: `Clean up ${Math.random()}`,
  interpreter: 'bash',
  content: '#!/usr/bin/env bash\necho done\n',
  destructive: false,
  ...change,
})
const create = async (change: Record<string, unknown> = {}): Promise<Script> => {
  const answer = await server.call('POST', '/api/v1/scripts', { body: draft(change) })
  expect(answer.status, answer.text).toBe(201)
  return answer.body as unknown as Script
}
const approve = async (script: Script, role: 'analyst' | 'owner' | 'viewer', sha256 = script.versions[0]?.sha256) =>
  server.call('POST', `/api/v1/scripts/${script.id}/versions/${script.latest.version}/approve`, {
    token: await server.tokenOf(role),
    body: { sha256 },
  })

test('a version runs only after somebody else approved exactly its bytes', async () => {
  const script = await create()
  expect(script).toMatchObject({ runnable: null, latest: { version: 1, state: 'draft' } })
  expect((await approve(script, 'owner')).body).toMatchObject({ code: 'approval.self', status: 403 })
  expect((await approve(script, 'analyst', 'a'.repeat(64))).body).toMatchObject({ code: 'approval.changed' })
  expect((await approve(script, 'viewer')).status).toBe(403)
  const approved = (await approve(script, 'analyst')).body as unknown as Script
  expect(approved).toMatchObject({ runnable: 1, latest: { state: 'approved' } })
  expect((await approve(script, 'analyst')).body).toMatchObject({ code: 'approval.not_waiting' })
})

test('both statements are signed, and say which bytes', async () => {
  const script = await create({ postCheck: 'test -e /tmp\n' })
  await approve(script, 'analyst')
  const [row] = await server.app.db.query<{ author_signature: Sealed; approver_signature: Sealed }>(
    'select author_signature, approver_signature from script_version where script_id = $1',
    [script.id],
  )
  const key = createPublicKey({ key: Buffer.from(server.signingKey.publicKey, 'base64'), format: 'der', type: 'spki' })
  const said = [row?.author_signature, row?.approver_signature].map((sealed) => {
    if (!sealed) throw new Error('not signed')
    const payload = Buffer.from(sealed.payload, 'base64')
    const signature = Buffer.from(sealed.signatures[0]?.sig ?? '', 'base64')
    expect(verify(null, preAuthEncoding(sealed.payloadType, payload), key, signature)).toBe(true)
    return JSON.parse(payload.toString()) as Record<string, unknown>
  })
  const sha256 = createHash('sha256').update('#!/usr/bin/env bash\necho done\n').digest('hex')
  expect(said.map(({ act }) => act)).toEqual(['authored', 'approved'])
  for (const statement of said) expect(statement).toMatchObject({ sha256, version: 1, destructive: false })
  expect(new Set(said.map(({ memberId }) => memberId)).size).toBe(2)
})
interface Sealed {
  payloadType: string
  payload: string
  signatures: { sig: string }[]
}

test('an edit is a new version that waits, and the old one runs no more', async () => {
  const script = await create()
  await approve(script, 'analyst')
  const add = (after: number) =>
    server.call('POST', `/api/v1/scripts/${script.id}/versions`, {
      body: { interpreter: 'bash', content: 'echo two\n', destructive: true, after },
    })
  const edited = (await add(1)).body as unknown as Script
  expect(edited.versions.map(({ version, state }) => [version, state])).toEqual([
    [2, 'draft'],
    [1, 'void'],
  ])
  expect(edited.runnable).toBe(null)
  expect((await add(1)).body).toMatchObject({ code: 'script.version_conflict' })
})

test.each([
  ['CRLF', 'echo one\r\necho two\r\n', /carriage return/],
  ['a byte order mark', '\uFEFFecho one\n', /byte order mark/],
  ['the first line of another program', '#!/usr/bin/perl\nprint 1\n', /another program/],
  ['nothing', '  \n', /empty/],
])('a script with %s is refused, and says where', async (_, content, message) => {
  const { status, body } = await server.call('POST', '/api/v1/scripts', { body: draft({ content }) })
  const problem = body as unknown as { code: string; errors: { path: string; message: string }[] }
  expect(status).toBe(422)
  expect(problem).toMatchObject({ code: 'script.invalid', errors: [{ path: 'content' }] })
  expect(problem.errors[0]?.message).toMatch(message)
})

test('the last allowed length is taken, one byte more is not', async () => {
  const most = 256 * 1024
  await create({ content: `#${'é'.repeat((most - 2) / 2)}\n` })
  const { status } = await server.call('POST', '/api/v1/scripts', {
    body: draft({ content: `#${'é'.repeat((most - 2) / 2)}\n\n` }),
  })
  expect(status).toBe(400)
})

test('a retired script is left alone, and its name is free', async () => {
  const script = await create({ name: 'Retiring' })
  const body = { reason: 'not needed any more' }
  expect((await server.call('POST', `/api/v1/scripts/${script.id}/retire`, { body })).status).toBe(200)
  expect((await server.call('POST', `/api/v1/scripts/${script.id}/retire`, { body })).body).toMatchObject({
    code: 'script.retired',
  })
  await create({ name: 'retiring' })
  expect((await server.call('POST', '/api/v1/scripts', { body: draft({ name: 'RETIRING' }) })).status).toBe(422)
})

test('a list pages through all names once', async () => {
  for (const name of ['b', 'B2', 'a', 'c%', 'c_']) await create({ name: `paging ${name}` })
  const names: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const { body } = await server.call('GET', `/api/v1/scripts?text=paging&limit=2&cursor=${cursor}`)
    const page = body as unknown as { items: { name: string }[]; nextCursor: string | null }
    names.push(...page.items.map(({ name }) => name))
    cursor = page.nextCursor
  }
  expect(names).toEqual(
    ['paging a', 'paging b', 'paging B2', 'paging c_', 'paging c%'].sort((a, b) =>
      a.toLowerCase() < b.toLowerCase() ? -1 : 1,
    ),
  )
  const found = (await server.call('GET', '/api/v1/scripts?text=c%25')).body as unknown as { items: unknown[] }
  expect(found.items).toHaveLength(1)
})

test('a connector keeps its secret until its address changes, and never shows it', async () => {
  const put = (body: Record<string, unknown>) => server.call('PUT', '/api/v1/script-connectors/rmm', { body })
  const secret = 'a secret of a connector'.padEnd(32, '.')
  const made = await put({ name: 'RMM', url: 'https://rmm.example.org/api/', secret })
  expect(made.body).toMatchObject({ hasSecret: true, url: 'https://rmm.example.org/api' })
  expect(made.text).not.toContain(secret)
  expect((await put({ name: 'RMM 2', url: 'https://rmm.example.org/api' })).body).toMatchObject({ hasSecret: true })
  expect((await put({ name: 'RMM 2', url: 'https://elsewhere.example.org' })).body).toMatchObject({ hasSecret: false })
  const [row] = await server.app.db.query<{ n: number }>(
    `select count(*)::int as n from audit_entry where details::text like '%a secret of a connector%'`,
  )
  expect(row?.n).toBe(0)
  expect(
    (await server.call('PUT', '/api/v1/script-connectors/agent', { body: { name: 'x', url: 'https://x.org' } })).body,
  ).toMatchObject({ code: 'connector.reserved' })
  const listed = (await server.call('GET', '/api/v1/script-connectors')).body as unknown as { items: { id: string }[] }
  expect(listed.items.map(({ id }) => id)).toEqual(['agent', 'rmm'])
  expect((await server.call('DELETE', '/api/v1/script-connectors/rmm')).status).toBe(204)
  expect((await server.call('DELETE', '/api/v1/script-connectors/rmm')).status).toBe(404)
})
