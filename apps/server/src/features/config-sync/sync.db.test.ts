import { preAuthEncoding, snapshotPayloadType } from '@riposte/contract'
import { createHash, createPublicKey, verify } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../platform/crypto/secrets.ts'
import { startApp, type TestApp } from '../../testing/start-app.ts'

let server: TestApp
let address: string
beforeAll(async () => {
  server = await startApp()
  await server.app.http.listen({ port: 0, host: '127.0.0.1' })
  address = `http://127.0.0.1:${(server.app.http.server.address() as AddressInfo).port}`
})
afterAll(() => server.stop())

const draft = (actions: string[]) => ({ rule: { if: { protections: ['SqlInjection'] }, then: { actions } } })
const rules = () => `/api/v1/projects/${server.projectId}/rules`

interface Signed {
  readonly envelope: { payloadType: string; payload: string; signatures: { keyid: string; sig: string }[] }
  readonly keys: string[]
}

test('the configuration is signed by the key whose fingerprint the token carries, and names project and revision', async () => {
  await server.call('POST', rules(), { body: draft(['log']) })
  const { body, headers } = await server.call('GET', '/api/v1/sdk/config', { token: server.projectToken })
  const { envelope, keys } = body as unknown as Signed
  const der = Buffer.from(keys[0] ?? '', 'base64')
  expect(createHash('sha256').update(der).digest('hex').slice(0, 32)).toBe(server.projectToken.split('.')[2])
  const payload = Buffer.from(envelope.payload, 'base64')
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
  expect(
    verify(
      null,
      preAuthEncoding(snapshotPayloadType, payload),
      key,
      Buffer.from(envelope.signatures[0]?.sig ?? '', 'base64'),
    ),
  ).toBe(true)
  expect(JSON.parse(payload.toString())).toMatchObject({
    projectId: server.projectId,
    revision: 1,
    rules: [{ then: { actions: ['log'] } }],
  })
  const again = await server.call('GET', '/api/v1/sdk/config', {
    token: server.projectToken,
    headers: { 'if-none-match': String(headers['etag']) },
  })
  expect(again.status).toBe(304)
})

test('an open stream hears of a new revision at once, and a late one learns the newest when it connects', async () => {
  const stream = await openStream(`/api/v1/sdk/stream?instanceId=${newId()}`, server.projectToken)
  const first = await stream.next('config')
  const changed = (await server.call('POST', rules(), { body: draft(['log', 'block']) })).body as unknown as {
    revision: number
  }
  expect(changed.revision).toBeGreaterThan((first as { revision: number }).revision)
  expect(await stream.next('config')).toEqual({ revision: changed.revision })
  stream.close()
})

test('consoles hear of incidents, rules and instances', async () => {
  const stream = await openStream('/api/v1/stream', await server.tokenOf('viewer'))
  await server.call('POST', rules(), { body: draft(['block']) })
  expect(await stream.next('rules')).toMatchObject({ projectId: server.projectId })
  stream.close()
})

test('a revoked token ends the stream that it opened, at once', async () => {
  const tokens = `/api/v1/projects/${server.projectId}/tokens`
  const made = (await server.call('POST', tokens, { body: { note: 'second' } })).body as unknown as {
    token: string
    item: { id: string }
  }
  const stream = await openStream(`/api/v1/sdk/stream?instanceId=${newId()}`, made.token)
  await stream.next('config')
  await server.call('DELETE', `${tokens}/${made.item.id}`)
  await expect(stream.next('config')).rejects.toThrow('the stream ended')
  const again = await server.call('GET', '/api/v1/sdk/config', { token: made.token })
  expect(again.status).toBe(401)
})

test('a token that runs out takes the stream along that it opened', async () => {
  const tokens = `/api/v1/projects/${server.projectId}/tokens`
  const made = (await server.call('POST', tokens, { body: { note: 'short' } })).body as unknown as {
    token: string
    item: { id: string }
  }
  const stream = await openStream(`/api/v1/sdk/stream?instanceId=${newId()}`, made.token)
  await stream.next('config')
  await server.app.db.query('update project_token set expires_at = now() where id = $1', [made.item.id])
  await expect(stream.next('config')).rejects.toThrow('the stream ended')
})

test('a revision that was made while nobody listened is told when somebody does again', async () => {
  const stream = await openStream(`/api/v1/sdk/stream?instanceId=${newId()}`, server.projectToken)
  await stream.next('config')
  const [cut] = await server.app.db.query<{ pg_terminate_backend: boolean }>(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike 'listen %'`,
  )
  expect(cut).toEqual({ pg_terminate_backend: true })
  const changed = (await server.call('POST', rules(), { body: draft(['log']) })).body as unknown as { revision: number }
  expect(await stream.next('config')).toEqual({ revision: changed.revision })
  stream.close()
})

test('a rule that this project cannot have is refused with the reason, the place and what would be right', async () => {
  const action = await server.call('POST', rules(), { body: draft(['close']) })
  expect(action).toMatchObject({
    status: 422,
    body: {
      code: 'rule.action_not_allowed',
      errors: [{ path: 'rule.then.actions[0]', given: 'close', allowed: 'log, block_session, block_ip, block' }],
    },
  })
  const soon = await server.call('POST', rules(), {
    body: { rule: { if: { protections: ['BotDetection'] }, then: { actions: ['log'] } } },
  })
  expect(soon).toMatchObject({
    status: 422,
    body: { code: 'rule.protection_unknown', detail: 'BotDetection is not in this version.' },
  })
  const shape = await server.call('POST', rules(), {
    body: { rule: { if: { protections: [] }, then: { actions: ['log'] }, colour: 'red' } },
  })
  expect(shape).toMatchObject({ status: 400, body: { code: 'request.invalid' } })
})

test('who looked at an older revision is told, and loses nothing', async () => {
  const { revision } = (await server.call('GET', rules())).body as unknown as { revision: number }
  const stale = await server.call('POST', rules(), { body: { ...draft(['log']), revision: revision - 1 } })
  expect(stale).toMatchObject({ status: 409, body: { code: 'rule.revision_conflict' } })
  const fresh = await server.call('POST', rules(), { body: { ...draft(['log']), revision } })
  expect(fresh.status).toBe(201)
})

test('twenty changes at once make twenty revisions without a gap', async () => {
  const before = ((await server.call('GET', rules())).body as unknown as { revision: number }).revision
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => server.call('POST', rules(), { body: draft(['log']) })),
  )
  const revisions = answers
    .map((answer) => (answer.body as unknown as { revision: number }).revision)
    .sort((one, other) => one - other)
  expect(revisions).toEqual(Array.from({ length: 20 }, (_, index) => before + 1 + index))
})

test('the export is a configuration that holds the same rules', async () => {
  const { text } = await server.call('GET', `/api/v1/projects/${server.projectId}/config/export`)
  const { rules: listed } = (await server.call('GET', rules())).body as unknown as { rules: unknown[] }
  expect((JSON.parse(text) as { rules: unknown[] }).rules).toHaveLength(listed.length)
})

async function openStream(path: string, token: string) {
  const controller = new AbortController()
  const response = await fetch(address + path, {
    headers: { authorization: `Bearer ${token}` },
    signal: controller.signal,
  })
  expect(response.status).toBe(200)
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let buffer = ''
  return {
    close: () => controller.abort(),
    next: async (event: string): Promise<unknown> => {
      for (;;) {
        for (let end = buffer.indexOf('\n\n'); end !== -1; end = buffer.indexOf('\n\n')) {
          const block = buffer.slice(0, end)
          buffer = buffer.slice(end + 2)
          if (block.startsWith(`event: ${event}\n`))
            return JSON.parse(block.slice(block.indexOf('data: ') + 6)) as unknown
        }
        const { value, done } = await reader.read()
        if (done) throw new Error('the stream ended')
        buffer += decoder.decode(value, { stream: true })
      }
    },
  }
}
