import { fork, type ChildProcess } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { s3Store } from '../../apps/server/src/platform/evidence-store/s3-store.ts'
import { testStore } from '../../apps/server/src/platform/evidence-store/testing/store-tests.ts'
import { install } from './support/install.ts'

let server: ChildProcess
let folder = ''
let endpoint = ''
beforeAll(async () => {
  install()
  folder = mkdtempSync(path.join(tmpdir(), 'riposte-s3-'))
  server = fork(path.join(import.meta.dirname, 'serve.mjs'), [folder], { execArgv: [] })
  const port = await new Promise<number>((resolve, reject) => {
    server.on('message', (message) => resolve(Number(message)))
    server.on('exit', (code) => reject(new Error(`The S3 server ended with ${code}`)))
  })
  endpoint = `http://127.0.0.1:${port}`
})
afterAll(() => {
  server.kill()
  rmSync(folder, { recursive: true, force: true })
})

const open = (change: Partial<Parameters<typeof s3Store>[0]> = {}) =>
  s3Store({
    endpoint,
    bucket: 'cases',
    prefix: 'riposte/a',
    region: 'us-east-1',
    keyId: 'S3RVER',
    secret: 'S3RVER',
    ...change,
  })
const part = () => ({ organisationId: randomUUID(), evidenceId: randomUUID(), index: 0 })
const bytes = Buffer.from('evidence')
const sha256 = createHash('sha256').update(bytes).digest('hex')

describe('in a bucket', () => testStore(() => open()))

// This server knows keys, but does not check version 4 signatures.
test('an unknown key, a bucket that is not there and a server that is away are told apart from a part that is missing', async () => {
  await expect(open({ keyId: 'UNKNOWN' }).put(part(), bytes, sha256)).rejects.toThrow('InvalidAccessKeyId')
  await expect(open({ keyId: 'UNKNOWN' }).get(part())).rejects.toThrow('InvalidAccessKeyId')
  await expect(open({ bucket: 'none' }).put(part(), bytes, sha256)).rejects.toMatchObject({ name: 'StoreUnavailable' })
  await expect(open({ bucket: 'none' }).get(part())).rejects.toMatchObject({ name: 'StoreUnavailable' })
  await expect(open({ endpoint: 'http://127.0.0.1:9' }).get(part())).rejects.toMatchObject({ name: 'StoreUnavailable' })
})
