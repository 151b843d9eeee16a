import { createHash, randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { folderStore } from './folder-store.ts'
import { readEvidenceStore } from './open-evidence-store.ts'
import { testStore } from './testing/store-tests.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'riposte-evidence-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const archive = () => ({ organisationId: randomUUID(), evidenceId: randomUUID() })
const bytes = Buffer.from('evidence')
const sha256 = createHash('sha256').update(bytes).digest('hex')

describe('in a folder', () => testStore(() => folderStore({ folder, keepFree: 0 })))

test('parts are for their owner alone, and one after the other they are the archive', async () => {
  const own = archive()
  const store = folderStore({ folder, keepFree: 0 })
  for (const index of [10, 2, 0]) await store.put({ ...own, index }, Buffer.from(`${index} `), sha256)
  const parts = path.join(folder, own.organisationId, own.evidenceId)
  const names = readdirSync(parts).sort()
  expect(names.map((name) => readFileSync(path.join(parts, name), 'utf8')).join('')).toBe('0 2 10 ')
  expect(names.map((name) => statSync(path.join(parts, name)).mode & 0o777)).toEqual([0o600, 0o600, 0o600])
  expect(statSync(parts).mode & 0o777).toBe(0o700)
})

test('what must stay free stays free, and a part that is refused leaves nothing', async () => {
  const own = archive()
  const store = folderStore({ folder, keepFree: Number.MAX_SAFE_INTEGER })
  await expect(store.put({ ...own, index: 0 }, bytes, sha256)).rejects.toMatchObject({ name: 'StoreFull' })
  expect(await store.get({ ...own, index: 0 })).toBeNull()
  expect(await store.free()).toBe(0)
})

test('a folder that cannot be one is told of as a store that does not answer', async () => {
  const file = path.join(folder, 'a-file')
  writeFileSync(file, '')
  const store = folderStore({ folder: path.join(file, 'below'), keepFree: 0 })
  await expect(store.put({ ...archive(), index: 0 }, bytes, sha256)).rejects.toMatchObject({ name: 'StoreUnavailable' })
})

describe('the setting', () => {
  const read = (setting: string, keyId = 'id', secret = 'hidden') =>
    readEvidenceStore({ setting, keyId, secret }, '/data')
  test('is a folder of the data folder, another folder, or a bucket', () => {
    expect(read('')).toEqual({ kind: 'folder', folder: path.join('/data', 'evidence') })
    expect(read('/srv/evidence/')).toEqual({ kind: 'folder', folder: '/srv/evidence/' })
    expect(read('s3://cases')).toMatchObject({
      kind: 's3',
      bucket: 'cases',
      prefix: '',
      endpoint: 'https://s3.us-east-1.amazonaws.com',
    })
    expect(read('s3://cases/a/b/?endpoint=http://127.0.0.1:9000&region=eu-1')).toEqual({
      kind: 's3',
      bucket: 'cases',
      prefix: 'a/b',
      region: 'eu-1',
      endpoint: 'http://127.0.0.1:9000',
      keyId: 'id',
      secret: 'hidden',
    })
  })
  test.each([
    ['evidence', 'absolute path'],
    ['https://s3.example.org/cases', 'absolute path'],
    ['s3://UPPER_case', 'no bucket name'],
    ['s3://a', 'no bucket name'],
    ['s3://cases/a/../b?endpoint=ftp://x', 'endpoint'],
    ['s3://cases/a b', 'prefix'],
    ['s3://cases?endpoint=http://s3.example.org', 'plain http'],
    ['s3://cases?endpoint=https://s3.example.org/sub', 'must be like'],
    ['s3://cases?region=EU%20west', 'region'],
    ['s3://id:hidden@cases', 'no credentials'],
  ])('%s is refused', (setting, words) => {
    expect(() => read(setting)).toThrow(words)
  })
  test('a bucket without its two secrets is refused, and no message holds a secret', () => {
    expect(() => read('s3://cases', '', 'hidden')).toThrow('RIPOSTE_EVIDENCE_STORE_KEY_ID')
    expect(() => read('s3://cases?endpoint=nonsense')).not.toThrow('hidden')
  })
})
