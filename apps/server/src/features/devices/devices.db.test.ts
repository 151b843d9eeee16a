import { readReleaseCode, releaseCodeCovers, type EnrolmentAnswer } from '@riposte/contract'
import { createHmac, randomUUID, X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../platform/crypto/secrets.ts'
import { startApp, type Answer, type TestApp } from '../../testing/start-app.ts'
import {
  allCapabilities,
  callAgents,
  enrolDevice,
  enrolmentOf,
  makeEnrolmentToken,
  newIdentity,
  sampleFacts,
} from '../../testing/test-device.ts'

let server: TestApp
beforeAll(async () => {
  server = await startApp()
})
afterAll(() => server.stop())

const enrol = (body: unknown) => callAgents(server, { method: 'POST', path: '/agent/v1/enrol', body })
const code = ({ body }: { body: Record<string, never> }): string => (body as { code?: string }).code ?? ''
const count = async (sql: string, values: unknown[] = []): Promise<number> =>
  (await server.app.db.query<{ n: number }>(`select count(*)::int as n from ${sql}`, values))[0]?.n ?? -1
const audited = (action: string, id: string) =>
  count(`audit_entry where action = $1 and subject->>'id' = $2`, [action, id])
const makeToken = async (body: unknown = {}): Promise<Answer> =>
  server.call('POST', '/api/v1/enrolment-tokens', { body })

test('a token from the console enrols one host: certificate, keys, groups, one audit entry', async () => {
  const made = await makeToken({ note: 'web tier', groups: ['web', 'web'], tags: ['prod'] })
  expect(made.status).toBe(201)
  const { token, command, item } = made.body as unknown as { token: string; command: string; item: { id: string } }
  expect(token).toMatch(/^rie1\.[0-9a-f]{64}\.[A-Za-z0-9_-]{43}$/)
  expect(command).toBe(`riposte-agent enroll --url ${server.agentUrl} --token ${token}`)

  const device = await enrolDevice(server, { token, capabilities: allCapabilities('isolate_device') })
  const { enrolment, identity } = device
  const certificate = new X509Certificate(enrolment.certificate)
  expect(certificate.verify(new X509Certificate(enrolment.authority).publicKey)).toBe(true)
  expect(certificate.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')).toBe(identity.publicKey)
  expect(enrolment.keys).toEqual([server.signingKey.publicKey])
  expect(Buffer.from(enrolment.releaseSecret, 'base64').length).toBe(32)
  expect(enrolment.addresses).toEqual([{ host: '127.0.0.1', port: Number(new URL(server.agentUrl).port) }])
  expect(await audited('device.enrolled', device.id)).toBe(1)

  const read = await server.call('GET', `/api/v1/devices/${device.id}`)
  expect(read.body).toMatchObject({
    name: 'web-3',
    state: 'active',
    groups: ['web'],
    tags: ['prod'],
    online: false,
    os: 'Debian GNU/Linux 13',
    address: '192.0.2.10',
    containments: [],
    openResponses: 0,
    certificate: { notAfter: new Date(certificate.validTo).toISOString() },
  })
  const tokens = await server.call('GET', '/api/v1/enrolment-tokens')
  expect((tokens.body as unknown as { items: { id: string; usedBy: string }[] }).items).toContainEqual(
    expect.objectContaining({ id: item.id, usedBy: device.id }),
  )
  expect(tokens.text).not.toContain(token.split('.')[2])
  expect((await server.call('DELETE', `/api/v1/enrolment-tokens/${item.id}`)).status).toBe(409)
})

test('a token works once, also when eight ask at the same moment', async () => {
  const token = await makeEnrolmentToken(server)
  const before = await count('device')
  const answers = await Promise.all(Array.from({ length: 8 }, () => enrol(enrolmentOf(newIdentity(), token))))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(7).fill(401)])
  expect(await count('device')).toBe(before + 1)
  expect(code(await enrol(enrolmentOf(newIdentity(), token)))).toBe('enrolment.token_invalid')
})

test('one key is one device: the second enrolment of it burns no token', async () => {
  const identity = newIdentity()
  const [first, second] = [await makeEnrolmentToken(server), await makeEnrolmentToken(server)]
  const answers = await Promise.all([first, second].map((token) => enrol(enrolmentOf(identity, token))))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
  expect(answers.map(code)).toContain('enrolment.key_known')
  const left = answers[0]?.status === 409 ? first : second
  expect((await enrol(enrolmentOf(newIdentity(), left))).status).toBe(201)
})

test('an expired or revoked token, a foreign proof, another key type and another protocol are refused, and nothing is made', async () => {
  const before = await count('device')
  const identity = newIdentity()
  const expired = await makeEnrolmentToken(server, { expiresAt: new Date(Date.now() - 1) })
  expect(code(await enrol(enrolmentOf(identity, expired)))).toBe('enrolment.token_invalid')
  const { token, item } = (await makeToken()).body as unknown as { token: string; item: { id: string } }
  expect((await server.call('DELETE', `/api/v1/enrolment-tokens/${item.id}`)).status).toBe(204)
  expect(code(await enrol(enrolmentOf(identity, token)))).toBe('enrolment.token_invalid')

  const good = await makeEnrolmentToken(server)
  const other = enrolmentOf(newIdentity(), good)
  expect(code(await enrol({ ...enrolmentOf(identity, good), proof: other.proof }))).toBe('enrolment.proof_invalid')
  expect(code(await enrol({ ...enrolmentOf(identity, good), publicKey: 'AAAA' }))).toBe('enrolment.proof_invalid')
  expect(await enrol(enrolmentOf(identity, good, { protocol: 2 }))).toMatchObject({
    status: 426,
    body: {
      code: 'enrolment.protocol_unsupported',
      detail: expect.stringContaining('upgrade the control plane') as string,
    },
  })
  expect(code(await enrol({ ...enrolmentOf(identity, good), extra: 1 }))).toBe('request.invalid')
  expect(await count('device')).toBe(before)
  expect((await enrol(enrolmentOf(identity, good))).status).toBe(201)
})

test('text that no database takes is refused, by name', async () => {
  const token = await makeEnrolmentToken(server)
  for (const change of [{ name: 'nul\0' }, { facts: sampleFacts({ hostname: 'half \ud800' }) }]) {
    const answer = await enrol(enrolmentOf(newIdentity(), token, change))
    expect(answer).toMatchObject({ status: 400, body: { code: 'request.invalid' } })
  }
})

test('lists by name in pages, filters, and counts the whole filter', async () => {
  const tag = `list-${newId()}`
  const ids: string[] = []
  for (const name of ['delta', 'Alpha', 'charlie', 'bravo'])
    ids.push(
      (
        await enrolDevice(server, {
          name,
          token: await makeEnrolmentToken(server, { tags: [tag], groups: name === 'bravo' ? ['left'] : [] }),
          facts: sampleFacts({ addresses: name === 'delta' ? ['198.51.100.77'] : [] }),
          capabilities: name === 'Alpha' ? allCapabilities('block_ip') : [],
        })
      ).id,
    )
  const list = async (query: string) => {
    const { status, body } = await server.call('GET', `/api/v1/devices?tag=${tag}&${query}`)
    expect(status).toBe(200)
    return body as unknown as { items: { name: string }[]; nextCursor: string | null; total: number; online: number }
  }
  const names = ({ items }: { items: { name: string }[] }) => items.map(({ name }) => name)
  const first = await list('limit=3')
  expect(names(first)).toEqual(['Alpha', 'bravo', 'charlie'])
  expect(first).toMatchObject({ total: 4, online: 0, held: 0 })
  expect(names(await list(`limit=3&cursor=${first.nextCursor}`))).toEqual(['delta'])
  expect(names(await list('text=198.51.100.77'))).toEqual(['delta'])
  expect(names(await list('text=RAVO'))).toEqual(['bravo'])
  expect(names(await list(`text=${ids[2]}`))).toEqual(['charlie'])
  expect(names(await list('text=%25'))).toEqual([])
  expect(names(await list('group=left'))).toEqual(['bravo'])
  expect(names(await list('capability=block_ip'))).toEqual(['Alpha'])
  expect(names(await list('contained=true'))).toEqual([])
  expect(names(await list('online=false'))).toHaveLength(4)
  for (const cursor of ['x', 'W10', Buffer.from('["a","b"]').toString('base64url')])
    expect((await server.call('GET', `/api/v1/devices?cursor=${cursor}`)).status).toBe(400)
  const labels = (await server.call('GET', '/api/v1/devices/labels')).body as unknown as Record<string, unknown[]>
  expect(labels['tags']).toContainEqual({ name: tag, devices: 4 })
  expect(labels['groups']).toContainEqual({ name: 'left', devices: 1 })
})

test('a change is kept with what was before', async () => {
  const device = await enrolDevice(server)
  const change = { name: 'db-1', role: 'server', groups: ['b', 'a', 'b'], note: 'primary' }
  const { status, body } = await server.call('PATCH', `/api/v1/devices/${device.id}`, { body: change })
  expect(status).toBe(200)
  expect(body).toMatchObject({ name: 'db-1', role: 'server', groups: ['a', 'b'], note: 'primary' })
  const [entry] = await server.app.db.query<{ details: unknown }>(
    `select details from audit_entry where action = 'device.updated' and subject->>'id' = $1`,
    [device.id],
  )
  expect(entry?.details).toMatchObject({ before: { name: 'web-3' }, after: { name: 'db-1', role: 'server' } })
})

test('a retired device is cut off, its open responses end, and its certificate counts no more', async () => {
  const device = await enrolDevice(server)
  const channel = await device.connect()
  const requestId = newId()
  const responseId = newId()
  await server.app.db.query(
    `insert into response_request (id, organisation_id, type, parameters, justification, targets, digest, submitted_by, submitted_name, submitted_at, via, required_approvals, not_after)
     values ($1, $2, 'isolate_device', '{}', 'test', array[$3], 'x', $4, 'test', now(), 'api', 1, now() + interval '1 day')`,
    [requestId, server.organisationId, device.id, newId()],
  )
  await server.app.db.query(
    `insert into response (id, organisation_id, request_id, type, device_id, target_name, subject, parameters, status, submitted_at, not_after)
     values ($1, $2, $3, 'isolate_device', $4, 'web-3', 'device', '{}', 'pending_approval', now(), now() + interval '1 day')`,
    [responseId, server.organisationId, requestId, device.id],
  )
  const retire = () => server.call('POST', `/api/v1/devices/${device.id}/retire`, { body: { reason: 'sold' } })
  expect((await retire()).body).toMatchObject({ state: 'retired', online: false, openResponses: 0 })
  expect(await channel.next('goodbye')).toMatchObject({ code: 'device.retired' })
  await channel.closed
  const again = await device.connect()
  expect(await again.next('goodbye')).toMatchObject({ code: 'device.retired' })
  expect(code(await device.request('POST', '/agent/v1/renew'))).toBe('device.not_active')
  expect(code(await retire())).toBe('device.not_active')
  expect(await audited('device.retired', device.id)).toBe(1)
})

test('a certificate is renewed for the same key', async () => {
  const device = await enrolDevice(server)
  const { status, body } = await device.request('POST', '/agent/v1/renew')
  expect(status).toBe(200)
  const { certificate } = body as unknown as Pick<EnrolmentAnswer, 'certificate'>
  expect(certificate).not.toBe(device.enrolment.certificate)
  const channel = await device.connect({ certificate })
  expect(channel.received[0]?.kind).toBe('welcome')
  channel.close()
})

test('a release code is made from the secret that the device knows, for it alone, and is audited without the code', async () => {
  const device = await enrolDevice(server)
  const url = `/api/v1/devices/${device.id}/release-code`
  const made = await server.call('POST', url, { body: { reason: 'no network there', hours: 2 } })
  expect(made.status).toBe(201)
  const { code: text, notAfter } = made.body as unknown as { code: string; notAfter: string }
  const read = readReleaseCode(text)
  if (read.is !== 'code') throw new Error(read.why)
  expect(new Date(read.code.notAfter).toISOString()).toBe(notAfter)
  expect(Math.abs(read.code.notAfter - Date.now() - 2 * 3_600_000)).toBeLessThan(120_000)
  const tag = createHmac('sha256', Buffer.from(device.enrolment.releaseSecret, 'base64'))
    .update(releaseCodeCovers(device.id, read.code))
    .digest('hex')
  expect(tag.startsWith(read.code.tag)).toBe(true)
  expect(
    await count(`audit_entry where action = 'device.release_code_created' and details::text like '%' || $1 || '%'`, [
      text,
    ]),
  ).toBe(0)
  expect(await audited('device.release_code_created', device.id)).toBe(1)
  const second = (await server.call('POST', url, { body: { reason: 'again' } })).body as unknown as { code: string }
  expect(second.code).not.toBe(text)
})

test("another organisation's device does not exist", async () => {
  const foreign = newId()
  await server.app.db.query('insert into organisation (id, name) values ($1, $2)', [foreign, 'other'])
  const device = await enrolDevice(server, { token: await makeEnrolmentToken(server, { organisationId: foreign }) })
  const reason = { reason: 'testing' }
  for (const [method, path, body] of [
    ['GET', '', undefined],
    ['PATCH', '', { name: 'mine' }],
    ['POST', '/retire', reason],
    ['POST', '/release-hold', reason],
    ['POST', '/release-code', reason],
    ['GET', '/live/processes', undefined],
  ] as const) {
    const answer = await server.call(method, `/api/v1/devices/${device.id}${path}`, { body })
    expect({ path, status: answer.status }).toEqual({ path, status: 404 })
  }
  const list = await server.call('GET', `/api/v1/devices?text=${device.id}`)
  expect((list.body as unknown as { total: number }).total).toBe(0)
})

test('a live question is answered by the device, refused when it is offline, and an error is told', async () => {
  const device = await enrolDevice(server)
  const url = `/api/v1/devices/${device.id}/live/processes`
  expect(code(await server.call('GET', url))).toBe('device.offline')
  const channel = await device.connect()
  const asked = server.call('GET', url)
  const { queryId, query } = await channel.next('query')
  expect(query).toBe('processes')
  channel.send({ kind: 'answer', queryId, rows: [{ pid: 1, name: 'init\0' }], error: null })
  expect((await asked).body).toMatchObject({ rows: [{ pid: 1, name: 'init\u2400' }] })
  const failing = server.call('GET', url)
  channel.send({ kind: 'answer', queryId: (await channel.next('query')).queryId, rows: [], error: 'no /proc' })
  expect((await failing).body).toMatchObject({ code: 'device.no_answer', detail: 'The device answered: no /proc' })
  channel.send({ kind: 'answer', queryId: randomUUID(), rows: [], error: null })
  channel.close()
})
