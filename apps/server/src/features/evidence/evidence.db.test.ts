import { evidenceAgentRoutes, evidenceApi, type EvidenceManifest } from '@riposte/contract'
import { uploadFile, UploadRefused, type UploadRequest } from '@riposte/uplink/device'
import { Encrypter } from 'age-encryption'
import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../platform/crypto/secrets.ts'
import { folderStore } from '../../platform/evidence-store/folder-store.ts'
import { createHttp } from '../../platform/http/create-http.ts'
import type { Gatekeeper } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { registerRoutes } from '../../platform/http/register-routes.ts'
import { Jobs } from '../../platform/jobs/jobs.ts'
import { startApp, type TestApp } from '../../testing/start-app.ts'
import { createEvidence, openCollector, type EvidenceFeature } from './index.ts'

let server: TestApp
let agents: FastifyInstance
let console: FastifyInstance
let evidence: EvidenceFeature
let jobs: Jobs
let recipient = ''
let lab = ''
let store = ''
let port = 0
let now = new Date()
const devices: { a: string; b: string } = { a: newId(), b: newId() }

beforeAll(async () => {
  server = await startApp()
  lab = mkdtempSync(path.join(tmpdir(), 'riposte-evidence-'))
  // The app's own folder: its jobs and ours may each be the one that sweeps.
  const { body } = await server.call('GET', '/api/v1/settings/evidence')
  store = (body['store'] as unknown as { where: string }).where
  const collector = await openCollector(lab)
  recipient = collector.recipient
  const clock = () => now
  jobs = new Jobs({ db: server.app.db, clock, onError: () => undefined })
  evidence = createEvidence(
    {
      db: server.app.db,
      clock,
      collector,
      store: folderStore({ folder: store, keepFree: 0 }),
      onError: () => undefined,
    },
    jobs,
  )
  for (const id of Object.values(devices))
    await server.app.db.query(
      `insert into device (id, organisation_id, name, public_key, certificate_fingerprint, certificate_not_after, enrolled_at, enrolled_by)
       values ($1, $2, $3, $4, 'f', now(), now(), 'test')`,
      [id, server.organisationId, `web-${id.slice(-4)}`, randomBytes(32)],
    )
  agents = await createHttp('silent')
  const no = () => Promise.reject(new Refusal('auth.required'))
  // Stands for the client certificate: which device asks is in a header.
  const gatekeeper: Gatekeeper = {
    member: no,
    project: no,
    directory: no,
    device: (request) =>
      Promise.resolve({
        kind: 'device',
        deviceId: String(request.headers['x-device']),
        organisationId: server.organisationId,
        name: 'web-1',
      }),
  }
  registerRoutes(agents, evidenceAgentRoutes, evidence.agentHandlers, gatekeeper)
  console = await createHttp('silent')
  registerRoutes(console, evidenceApi, evidence.routes, {
    ...gatekeeper,
    member: () =>
      Promise.resolve({
        kind: 'member',
        memberId: newId(),
        organisationId: server.organisationId,
        name: 'Ada',
        email: 'ada@example.org',
        role: 'admin',
        sessionId: newId(),
        tokenId: null,
      }),
  })
  await agents.listen({ port: 0, host: '127.0.0.1' })
  port = (agents.server.address() as AddressInfo).port
})
afterAll(async () => {
  await agents.close()
  await console.close()
  await evidence.close()
  await jobs.close()
  await server.stop()
  rmSync(lab, { recursive: true, force: true })
})

async function makeResponse(
  change: { status?: string; device?: string; type?: string; budgetMb?: number } = {},
): Promise<string> {
  const id = newId()
  const requestId = newId()
  const type = change.type ?? 'collect_forensics'
  const parameters = { budgetMb: change.budgetMb ?? 64 }
  await server.app.db.query(
    `insert into response_request (id, organisation_id, type, parameters, justification, targets, digest, submitted_by, submitted_name, submitted_at, via, required_approvals, not_after)
     values ($1, $2, $3, $4, 'test', '{}', '', $1, 'test', now(), 'api', 0, now())`,
    [requestId, server.organisationId, type, parameters],
  )
  await server.app.db.query(
    `insert into response (id, organisation_id, request_id, type, device_id, target_name, subject, parameters, status, submitted_at, not_after)
     values ($1, $2, $3, $4, $5, 'web-1', $6, $7, $8, now(), now())`,
    [
      id,
      server.organisationId,
      requestId,
      type,
      change.device ?? devices.a,
      id,
      parameters,
      change.status ?? 'executing',
    ],
  )
  return id
}

interface Archive {
  readonly actionId: string
  readonly path: string
  readonly name: string
  readonly bytes: number
  readonly sha256: string
  readonly manifest: EvidenceManifest
  readonly content: Buffer
}

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')
let made = 0

/** An archive as programs of others make it: tar and gzip, with one file whose name holds a newline. */
async function makeArchive(
  actionId: string,
  change: { manifest?: (manifest: EvidenceManifest) => void; to?: string; size?: number } = {},
): Promise<Archive> {
  made += 1
  const folder = path.join(lab, `archive-${made}`)
  const contents: Record<string, Buffer> = {
    'logs/auth.log': randomBytes(change.size ?? 400_000),
    [`logs/odd\nname-${'ü'.repeat(80)}`]: Buffer.from('evidence'),
    'logs/empty': Buffer.alloc(0),
  }
  mkdirSync(path.join(folder, 'logs'), { recursive: true })
  for (const [name, bytes] of Object.entries(contents)) writeFileSync(path.join(folder, name), bytes)
  const files = Object.entries(contents).map(([name, bytes]) => ({
    path: name,
    bytes: bytes.length,
    sha256: sha256(bytes),
    source: `/var/${name}`,
    truncated: false,
  }))
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const manifest: EvidenceManifest = {
    version: 1,
    actionId,
    startedAt: now.toISOString(),
    finishedAt: now.toISOString(),
    host: { hostname: 'web-1', kernel: '6', bootId: 'b', platform: 'linux' },
    profile: 'standard',
    budgetBytes: 64 * 1_048_576,
    bytes,
    items: [
      {
        id: 'logs',
        title: 'Logs',
        status: 'ok',
        bytes,
        sha256: sha256(Buffer.concat(Object.values(contents))),
        error: null,
        files,
      },
    ],
  }
  writeFileSync(path.join(folder, 'manifest.json'), JSON.stringify(manifest))
  const tar = execFileSync('tar', ['--format=pax', '-cz', '-C', folder, ...Object.keys(contents), 'manifest.json'], {
    maxBuffer: 1e9,
  })
  const encrypter = new Encrypter()
  encrypter.addRecipient(change.to ?? recipient)
  const content = Buffer.from(await encrypter.encrypt(tar))
  const file = `${folder}.tar.gz.age`
  writeFileSync(file, content)
  change.manifest?.(manifest)
  return {
    actionId,
    path: file,
    name: 'forensics.tar.gz.age',
    bytes: content.length,
    sha256: sha256(content),
    manifest,
    content,
  }
}

const ask = (
  method: string,
  url: string,
  options: { device?: string; headers?: Record<string, string>; body?: Buffer | string | null } = {},
) =>
  new Promise<{ status: number; json: Record<string, unknown> }>((resolve, reject) => {
    const request = http.request({
      host: '127.0.0.1',
      port,
      method,
      path: url,
      headers: { 'x-device': options.device ?? devices.a, ...options.headers },
    })
    request.on('error', reject)
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          json: JSON.parse(Buffer.concat(chunks).toString() || '{}') as Record<string, unknown>,
        }),
      )
    })
    request.end(options.body ?? undefined)
  })
const client: UploadRequest = (method, url, { headers, body }) =>
  ask(method, url, {
    headers: { ...headers },
    body: typeof body === 'string' || body === null ? body : Buffer.from(body),
  })
const send = (archive: Archive, request: UploadRequest = client, signal = new AbortController().signal) =>
  uploadFile(archive, { request, signal, chunkBytes: 65_536, firstWaitMs: 5, longestWaitMs: 20 })
const open = (archive: Archive, device = devices.a) =>
  ask('POST', '/agent/v1/evidence', {
    device,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      actionId: archive.actionId,
      name: archive.name,
      bytes: archive.bytes,
      sha256: archive.sha256,
      chunkBytes: 65_536,
      manifest: archive.manifest,
    }),
  })
const put = (uploadId: unknown, index: number, body: Buffer, change: { hash?: string; device?: string } = {}) =>
  ask('PUT', `/agent/v1/evidence/${String(uploadId)}/chunks/${index}`, {
    ...(change.device === undefined ? {} : { device: change.device }),
    headers: { 'content-type': 'application/octet-stream', 'x-riposte-sha256': change.hash ?? sha256(body) },
    body,
  })
const chunkOf = (archive: Archive, index: number): Buffer =>
  archive.content.subarray(index * 65_536, (index + 1) * 65_536)

const expectGone = (evidenceId: string) =>
  expect.poll(() => existsSync(path.join(store, server.organisationId, evidenceId)), { timeout: 10_000 }).toBe(false)

test('an archive arrives, is held against its manifest, and its custody log cannot be changed', async () => {
  const archive = await makeArchive(await makeResponse())
  const receipt = await send(archive)
  expect(receipt).toMatchObject({ bytes: archive.bytes, sha256: archive.sha256 })
  const url = `/api/v1/evidence/${receipt.evidenceId}`
  const { body } = await server.call('GET', url)
  expect(body).toMatchObject({ state: 'stored', bytes: archive.bytes, items: { ok: 1 }, manifest: archive.manifest })
  const custody = body['custody'] as unknown as { action: string; sequence: number }[]
  expect(custody.map(({ action }) => action)).toEqual(['opened', 'stored'])
  await expect(
    server.app.db.query('update evidence_custody set at = now() where evidence_id = $1', [receipt.evidenceId]),
  ).rejects.toThrow('append-only')
  const list = await server.call('GET', `/api/v1/evidence?responseId=${archive.actionId}&text=FORENSICS`)
  expect((list.body['items'] as unknown as unknown[]).length).toBe(1)
  expect((await server.call('GET', url, { token: await server.tokenOf('viewer') })).status).toBe(403)
  const verdict = await evidence.extension.verify?.({
    id: archive.actionId,
    organisationId: server.organisationId,
  } as never)
  expect(verdict).toMatchObject({ result: 'passed' })
  expect(verdict?.detail).toContain('Stored copy re-hashed')
})

test('a copy that changed in the store is found by the next look', async () => {
  const archive = await makeArchive(await makeResponse())
  const { evidenceId } = await send(archive)
  const folder = path.join(store, server.organisationId, evidenceId)
  const part = path.join(folder, readdirSync(folder).sort()[2] ?? '')
  const bytes = readFileSync(part)
  bytes[100] = (bytes[100] ?? 0) ^ 1
  writeFileSync(part, bytes)
  const verdict = await evidence.extension.verify?.({
    id: archive.actionId,
    organisationId: server.organisationId,
  } as never)
  expect(verdict).toMatchObject({ result: 'failed' })
  expect(verdict?.detail).toContain('Part 2 in the store is not what was sent')
})

test('parts in any order and twice are welcome; cut, swollen, wrong and foreign ones leave nothing', async () => {
  const archive = await makeArchive(await makeResponse())
  const opened = await open(archive)
  expect(opened).toMatchObject({
    status: 200,
    json: { state: 'uploading', have: [], chunks: Math.ceil(archive.bytes / 65_536) },
  })
  const id = opened.json['uploadId']
  expect((await put(id, 3, chunkOf(archive, 3))).status).toBe(200)
  expect((await put(id, 1, chunkOf(archive, 1))).status).toBe(200)
  expect((await put(id, 1, chunkOf(archive, 1))).status).toBe(200)
  const refused = [
    await put(id, 0, chunkOf(archive, 0).subarray(0, 100)),
    await put(id, 0, Buffer.concat([chunkOf(archive, 0), Buffer.alloc(1)])),
    await put(id, 0, chunkOf(archive, 0), { hash: sha256('other') }),
    await put(id, 0, chunkOf(archive, 0), { hash: 'nonsense' }),
    await put(id, 1, Buffer.alloc(65_536)),
    await put(id, 999, chunkOf(archive, 0)),
  ]
  expect(refused.map(({ status, json }) => [status, json['code']])).toEqual(
    refused.map(() => [422, 'evidence.chunk_refused']),
  )
  expect((await put(id, 0, chunkOf(archive, 0), { device: devices.b })).json['code']).toBe('evidence.not_found')
  expect((await ask('POST', `/agent/v1/evidence/${String(id)}/finish`)).json['code']).toBe('evidence.incomplete')
  // A connection that breaks off in the middle of a part.
  await new Promise<void>((resolve) => {
    const request = http.request({
      host: '127.0.0.1',
      port,
      method: 'PUT',
      path: `/agent/v1/evidence/${String(id)}/chunks/0`,
      headers: {
        'x-device': devices.a,
        'content-type': 'application/octet-stream',
        'content-length': '65536',
        'x-riposte-sha256': sha256(chunkOf(archive, 0)),
      },
    })
    request.on('error', () => resolve())
    request.write(chunkOf(archive, 0).subarray(0, 1_000), () => request.destroy(new Error('cut')))
  })
  const status = await ask('GET', `/agent/v1/evidence/${String(id)}`)
  expect(status.json['have']).toEqual([
    { from: 1, to: 1 },
    { from: 3, to: 3 },
  ])
  expect((await send(archive)).evidenceId).toBe(id)
})

test('an upload goes on where it was: parts that are there are not sent again', async () => {
  const archive = await makeArchive(await makeResponse())
  const sent: string[] = []
  let fail = 0
  const flaky: UploadRequest = (method, url, options) => {
    if (method === 'PUT') {
      sent.push(url)
      if (sent.length === 4) return Promise.reject(new Error('died'))
      fail += 1
      if (fail % 3 === 0) return Promise.resolve({ status: 503, json: {} })
    }
    return client(method, url, options)
  }
  const stop = new AbortController()
  await expect(
    send(
      archive,
      (method, url, options) => {
        if (sent.length >= 3) stop.abort(new Error('restart'))
        return flaky(method, url, options)
      },
      stop.signal,
    ),
  ).rejects.toThrow('restart')
  const before = sent.length
  await send(archive, flaky)
  const chunks = Math.ceil(archive.bytes / 65_536)
  expect(sent.length - before).toBeLessThan(chunks + 4)
  expect(new Set(sent).size).toBe(chunks)
})

test('an archive that is not what its manifest says is refused, and its parts are removed', async () => {
  const wrong: [string, Parameters<typeof makeArchive>[1], string][] = [
    [
      'hash',
      { manifest: (manifest) => void ((manifest.items[0]?.files[0] ?? { sha256: '' }).sha256 = sha256('other')) },
      'another hash',
    ],
    ['title', { manifest: (manifest) => void (manifest.profile = 'full') }, 'not the one that was announced'],
    [
      'key',
      { to: 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p' },
      'not encrypted to the collector key',
    ],
  ]
  for (const [, change, words] of wrong) {
    const archive = await makeArchive(await makeResponse(), change)
    const refused = await send(archive).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(UploadRefused)
    expect((refused as Error).message).toContain(words)
    const found = await console.inject({ method: 'GET', url: `/api/v1/evidence?responseId=${archive.actionId}` })
    const [item] = found.json<{ items: { id: string; state: string }[] }>().items
    expect(item?.state).toBe('refused')
    await jobs.runDue()
    await expectGone(item?.id ?? '')
  }
})

test('only a collection of that device which is under way takes an archive, within its budget', async () => {
  const cases: [Parameters<typeof makeResponse>[0], string][] = [
    [{ status: 'completed' }, 'evidence.not_executing'],
    [{ status: 'cancelled' }, 'evidence.not_executing'],
    [{ device: devices.b }, 'evidence.not_executing'],
    [{ type: 'kill_process' }, 'evidence.not_executing'],
    [{ status: 'queued' }, 'evidence.not_started'],
  ]
  for (const [change, code] of cases)
    expect((await open(await makeArchive(await makeResponse(change)))).json['code']).toBe(code)
  const large = await makeArchive(await makeResponse({ budgetMb: 1 }))
  // 1 MiB, and what headers and encryption may add.
  expect((await open({ ...large, bytes: 1_048_576 + 16_384 + 8 * 1_048_576 })).status).toBe(200)
  expect(
    (await open({ ...large, sha256: sha256('b'), bytes: 1_048_576 + 16_384 + 8 * 1_048_576 + 1 })).json['code'],
  ).toBe('evidence.over_budget')
  const faulty = await makeArchive(await makeResponse(), { manifest: (manifest) => void (manifest.bytes += 1) })
  expect((await open(faulty)).status).toBe(400)
  const leaving = await makeArchive(await makeResponse(), {
    manifest: (manifest) => void ((manifest.items[0]?.files[0] ?? { path: '' }).path = '../../etc/passwd'),
  })
  expect((await open(leaving)).json['detail']).toContain('leaves the archive')
})

test('an upload that stands still for a day is given up, and its parts are gone', async () => {
  const archive = await makeArchive(await makeResponse())
  const id = String((await open(archive)).json['uploadId'])
  await put(id, 0, chunkOf(archive, 0))
  const folder = path.join(store, server.organisationId, id)
  expect(readdirSync(folder).length).toBe(1)
  now = new Date(now.getTime() + 23 * 3_600_000)
  await jobs.runDue()
  expect((await ask('GET', `/agent/v1/evidence/${id}`)).json['state']).toBe('uploading')
  now = new Date(now.getTime() + 2 * 3_600_000)
  await jobs.runDue()
  expect((await ask('GET', `/agent/v1/evidence/${id}`)).json['state']).toBe('abandoned')
  await expectGone(id)
  expect((await put(id, 1, chunkOf(archive, 1))).json['code']).toBe('evidence.not_executing')
})

const post = async (url: string, body?: Record<string, unknown>) => {
  const answer = await console.inject({ method: 'POST', url, ...(body ? { payload: body } : {}) })
  return {
    status: answer.statusCode,
    bytes: answer.rawPayload,
    headers: answer.headers,
    json: (): Record<string, unknown> => answer.json(),
  }
}

test('a download needs a reason, opens with tar or age, and is in both logs before its first byte; what was deleted leaves its records', async () => {
  const archive = await makeArchive(await makeResponse())
  const { evidenceId } = await send(archive)
  const url = `/api/v1/evidence/${evidenceId}`
  expect((await post(`${url}/download`, { reason: ' ' })).status).toBe(400)

  const encrypted = await post(`${url}/download`, { reason: 'court order', form: 'encrypted' })
  expect(sha256(encrypted.bytes)).toBe(archive.sha256)
  expect(encrypted.headers['content-disposition']).toBe('attachment; filename="forensics.tar.gz.age"')
  writeFileSync(path.join(lab, 'encrypted'), encrypted.bytes)
  const byAge = execFileSync(
    'age',
    ['-d', '-i', path.join(lab, 'evidence-identity.txt'), path.join(lab, 'encrypted')],
    { maxBuffer: 1e9 },
  )
  const plain = await post(`${url}/download`, { reason: 'analysis' })
  expect(plain.bytes.equals(byAge)).toBe(true)
  expect(execFileSync('tar', ['-tz'], { input: plain.bytes }).toString()).toContain('manifest.json')

  expect((await post(`${url}/verify`)).json()).toMatchObject({ check: { result: 'intact' } })
  const deleted = await post(`${url}/delete`, { reason: 'case closed' })
  expect(deleted.json()).toMatchObject({ state: 'deleted', bytesStored: 0, manifest: archive.manifest })
  expect(
    (deleted.json()['custody'] as { action: string; actor: { name: string } }[]).map(({ action, actor }) => [
      action,
      actor.name,
    ]),
  ).toEqual([
    ['opened', 'web-1'],
    ['stored', 'Control plane'],
    ['downloaded', 'Ada'],
    ['downloaded', 'Ada'],
    ['checked', 'Ada'],
    ['deleted', 'Ada'],
  ])
  await jobs.runDue()
  await expectGone(evidenceId)
  expect((await post(`${url}/download`, { reason: 'too late' })).json()['code']).toBe('evidence.not_stored')
  const audit = await server.app.db.query(
    `select action, details ->> 'reason' as reason from audit_entry where subject ->> 'id' = $1 order by sequence`,
    [evidenceId],
  )
  expect(audit.slice(-3)).toEqual([
    { action: 'evidence.downloaded', reason: 'court order' },
    { action: 'evidence.downloaded', reason: 'analysis' },
    { action: 'evidence.deleted', reason: 'case closed' },
  ])
})

test('budgets of devices and of the fleet hold over what is announced, and a used-up one is told at submission', async () => {
  const set = (budgets: Record<string, number>) =>
    console.inject({ method: 'PUT', url: '/api/v1/settings/evidence', payload: { budgets } })
  expect((await set({ fleetMb: 1, deviceMb: 2, actionMb: 3 })).statusCode).toBe(400)
  const used = (await console.inject({ method: 'GET', url: '/api/v1/settings/evidence' })).json<{ usedBytes: number }>()
    .usedBytes
  const usedMb = Math.floor(used / 1_048_576)
  expect((await set({ fleetMb: Math.max(1, usedMb), deviceMb: 1, actionMb: 1 })).statusCode).toBe(200)
  const archive = await makeArchive(await makeResponse())
  expect((await open({ ...archive, bytes: 40 * 1_048_576 })).json['code']).toBe('evidence.over_budget')
  await expect(evidence.extension.inspect?.(server.organisationId, {})).rejects.toMatchObject({
    code: 'evidence.over_budget',
  })
  const context = await evidence.extension.context?.({
    organisationId: server.organisationId,
    deviceId: devices.a,
    parameters: {},
  } as never)
  expect(context).toEqual({ collectorKey: recipient, budgetBytes: 0 })
  await set({ fleetMb: 1_000, deviceMb: 900, actionMb: 5 })
  const fresh = await evidence.extension.context?.({
    organisationId: server.organisationId,
    deviceId: devices.b,
    parameters: { budgetMb: 64 },
  } as never)
  expect(fresh).toEqual({ collectorKey: recipient, budgetBytes: 5 * 1_048_576 })
})
