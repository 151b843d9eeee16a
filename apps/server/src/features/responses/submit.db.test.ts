import { rootFrom, type Envelope, type Preview, type ResponseRequest } from '@riposte/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../platform/crypto/secrets.ts'
import type { Row } from '../../platform/db/database.ts'
import { sha256Hex, treeOf } from './subject.ts'
import { startResponses, type Submitted, type TestResponses } from './testing/test-responses.ts'

let lab: TestResponses
beforeAll(async () => {
  lab = await startResponses()
})
afterAll(() => lab.stop())

const post = (body: Record<string, unknown>) =>
  lab.ask('POST', '/api/v1/responses', { justification: 'A test asks for it', ...body })
const block = (deviceIds: readonly string[], more: Record<string, unknown> = {}) => ({
  type: 'block_ip',
  deviceIds,
  parameters: { address: '203.0.113.7' },
  ...more,
})
const rows = async () =>
  (await lab.server.app.db.query<Row & { count: number }>('select count(*)::int as count from response'))[0]?.count

test('what cannot be asked is refused with what would be right, and nothing of it stays', async () => {
  const { id } = await lab.device('plain')
  const before = await rows()
  const table: [Record<string, unknown>, string, string][] = [
    [{ type: 'format_disk', deviceIds: [id] }, '422 response.type_unknown', 'format_disk'],
    [block([]), '422 response.target_missing', 'needs a device'],
    [{ ...block([]), personIds: [newId()] }, '422 response.target_missing', 'done to a device'],
    [block([id], { parameters: {} }), '422 response.parameters_invalid', 'parameters.address'],
    [block([id], { parameters: { address: '203.0.113.7', color: 'red' } }), '422 response.parameters_invalid', 'color'],
    [block([newId()]), '422 response.target_refused', 'There is no device'],
    [block([id], { justification: 'x' }), '400 request.invalid', 'justification'],
    [block([id], { justification: 'nul \u0000 inside' }), '400 request.invalid', 'NUL'],
    [block([id], { ttlMinutes: 0 }), '400 request.invalid', 'ttlMinutes'],
  ]
  for (const [body, code, words] of table) {
    const answer = await post(body)
    expect(`${answer.status} ${String(answer.body['code'])}`, JSON.stringify(body)).toBe(code)
    expect(answer.text).toContain(words)
  }
  expect(await rows()).toBe(before)
})

test('protected addresses of the host and of the organisation cannot be blocked, in an emergency either', async () => {
  const facts = {
    hostname: 'h',
    os: { platform: 'linux', name: 'l', kernel: 'k' },
    architecture: 'x64',
    machineId: 'm',
    bootId: 'b',
    addresses: ['192.0.2.10'],
    gateways: ['192.0.2.1'],
    resolvers: ['192.0.2.53'],
    agentPid: 400,
    nodeVersion: 'v20',
  }
  const { id } = await lab.device('with-facts', { facts })
  await lab.ask('PUT', '/api/v1/settings/approval-requirements', { approvers: {}, neverBlock: ['198.51.100.0/24'] })
  for (const address of ['192.0.2.1', '192.0.2.0/24', '198.51.100.9']) {
    const answer = await post(block([id], { parameters: { address }, emergency: { reason: 'It burns' } }))
    expect(answer.status, `${address} ${answer.text}`).toBe(422)
  }
  const agent = await post({ type: 'kill_process', deviceIds: [id], parameters: { pid: 400 } })
  expect(agent.text).toContain('That is the agent itself.')
})

test('what a device cannot do, and devices that are held or retired, are left out by name', async () => {
  const able = await lab.device('able', {
    capabilities: JSON.stringify([{ type: 'block_ip', available: true, why: null }]),
  })
  const unable = await lab.device('unable', {
    capabilities: JSON.stringify([{ type: 'block_ip', available: false, why: 'there is no nft' }]),
  })
  const held = await lab.device('held', { state: 'held' })
  const made = await lab.submit(block([able.id, unable.id, held.id]))
  expect(made.responseIds).toHaveLength(1)
  expect(made.request.targets.map(({ name }) => name)).toEqual(['able'])
  expect(made.refused.map(({ code, message }) => [code, message]).sort()).toEqual([
    ['device.not_active', 'held is held because two hosts showed its identity; release the hold first'],
    ['unsupported', 'unable cannot do "Block IP": there is no nft'],
  ])
  const none = await post(block([unable.id, held.id], { parameters: { address: '203.0.113.8' } }))
  expect(none.body).toMatchObject({ code: 'response.target_refused', detail: 'None of the 2 targets can be acted on' })
})

test('the same on the same target is under way once, also when two ask at the same moment', async () => {
  const { id } = await lab.device('once')
  const answers = await Promise.all([post(block([id])), post(block([id])), post(block([id]))])
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409])
  expect((await post(block([id], { parameters: { address: '203.0.113.99' } }))).status).toBe(201)
})

test('an idempotency key answers with what it made, and belongs to one request', async () => {
  const { id } = await lab.device('keyed')
  const body = block([id], { idempotencyKey: 'key-12345678' })
  const answers = await Promise.all([post(body), post(body), post(body)])
  const made = answers.map((answer) => (answer.body as unknown as Submitted).responseIds)
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
  expect(new Set(made.flat()).size).toBe(1)
  const other = await post({ ...body, parameters: { address: '203.0.113.8' } })
  expect(other.body['code']).toBe('response.key_reused')
})

test('who asks again while the first is being written gets its answer, and no conflict with it', async () => {
  for (let round = 0; round < 20; round += 1) {
    const { id } = await lab.device(`keyed-${round}`)
    const body = block([id], { idempotencyKey: `key-of-round-${round}` })
    const answers = await Promise.all(
      Array.from({ length: 5 }, async (_, index) => {
        await new Promise((resolve) => setTimeout(resolve, index * 3))
        return post(body)
      }),
    )
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201])
    expect(new Set(answers.flatMap((answer) => (answer.body as unknown as Submitted).responseIds)).size).toBe(1)
  }
})

test('a preview says what would happen and writes nothing', async () => {
  const one = await lab.device('seen-1')
  const two = await lab.device('seen-2')
  const before = await rows()
  const answer = await lab.ask('POST', '/api/v1/responses/preview', {
    type: 'isolate_device',
    deviceIds: [two.id, one.id, newId()],
  })
  const preview = answer.body as unknown as Preview
  expect(preview).toMatchObject({
    sentence: 'Isolate seen-1 and 1 more from the network',
    approvers: 1,
    affected: [
      { name: 'seen-1', online: false, alreadySo: false },
      { name: 'seen-2', online: false, alreadySo: false },
    ],
    refused: [{ code: 'device.not_found' }],
  })
  expect(await rows()).toBe(before)
})

test('nobody lengthens the time in which an action may begin', async () => {
  const { id } = await lab.device('short')
  const at = lab.now().getTime()
  const minutes = async (ttlMinutes: number, pid: number) => {
    const { request } = await lab.submit({ type: 'kill_process', deviceIds: [id], parameters: { pid }, ttlMinutes })
    return (Date.parse(request.notAfter) - at) / 60_000
  }
  expect(await minutes(3, 10)).toBe(3)
  expect(await minutes(4_320, 11)).toBe(5)
})

test('a path as long as a path may be is a target too', async () => {
  const { id } = await lab.device('deep')
  const path = `/${Array.from({ length: 4_094 }, (_, index) =>
    String.fromCharCode(97 + ((index * 7 + (index >> 3)) % 26)),
  ).join('')}`
  const first = await post({ type: 'quarantine_file', deviceIds: [id], parameters: { path } })
  expect(first.status, first.text).toBe(201)
  expect((await post({ type: 'quarantine_file', deviceIds: [id], parameters: { path } })).status).toBe(409)
  // Told apart by what comes after the part that is kept readable.
  expect((await post({ type: 'quarantine_file', deviceIds: [id], parameters: { path: `${path}x` } })).status).toBe(201)
})

test('a thousand targets go through with as many statements as ten', async () => {
  const few = await lab.devices('few', 10)
  const many = await lab.devices('many', 1_000)
  const submit = (ids: readonly string[]) => () => lab.submit(block(ids))
  const ofFew = await statements(submit(few))
  expect(ofFew).toBeGreaterThan(3)
  expect(await statements(submit(many))).toBe(ofFew)
  const taken: Envelope[] = []
  const took = await statements(async () => {
    for (const envelopes of (await lab.server.app.commands.take(many)).values()) taken.push(...envelopes)
  })
  expect(taken).toHaveLength(1_000)
  const [first, last] = [taken[0], taken.at(-1)].map((envelope) => envelope && lab.open(envelope))
  for (const command of [first, last]) {
    if (command?.kind !== 'execute') throw new Error('not a command to do something')
    expect(command.subject.targets).toEqual({ count: 1_000, root: treeOf(many).root })
    expect(rootFrom(command.deviceId, command.targetProof, sha256Hex)).toBe(command.subject.targets.root)
  }
  expect(last?.commandId).not.toBe(first?.commandId)
  // A hundred devices at a time.
  expect(took).toBeLessThan(10 * 20)
  const { items } = (await lab.ask('GET', '/api/v1/requests?state=all&limit=1')).body as unknown as {
    items: ResponseRequest[]
  }
  expect(items[0]).toMatchObject({ targetCount: 1_000, counts: { queued: 1_000 } })
})

/** How many statements the transactions of that work make. */
async function statements(work: () => Promise<unknown>): Promise<number> {
  const { db } = lab.server.app
  const plain = db.transaction.bind(db)
  let count = 0
  db.transaction = (inner) =>
    plain((tx) =>
      inner({
        notify: (message) => tx.notify(message),
        query: (text, values) => {
          count += 1
          return tx.query(text, values)
        },
      }),
    )
  try {
    await work()
  } finally {
    db.transaction = plain
  }
  return count
}
