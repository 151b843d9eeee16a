import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { EvidenceStore } from '../evidence-store.ts'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** What every evidence store must do: the same body for each. */
export function testStore(open: () => EvidenceStore): void {
  const archive = () => ({ organisationId: randomUUID(), evidenceId: randomUUID() })

  test('a part comes back as it was put, and what was not put is not there', async () => {
    const store = open()
    const own = archive()
    const bytes = randomBytes(300_000)
    expect(await store.get({ ...own, index: 0 })).toBeNull()
    await store.put({ ...own, index: 0 }, bytes, sha256(bytes))
    const read = await store.get({ ...own, index: 0 })
    expect(read && sha256(read)).toBe(sha256(bytes))
    expect(await store.get({ ...own, index: 1 })).toBeNull()
  })

  test('the same part put by many at once is there once and whole', async () => {
    const store = open()
    const part = { ...archive(), index: 7 }
    const bytes = randomBytes(100_000)
    await Promise.all(Array.from({ length: 6 }, () => store.put(part, bytes, sha256(bytes))))
    const read = await store.get(part)
    expect(read && sha256(read)).toBe(sha256(bytes))
  })

  test('removing takes all parts of one archive and of no other, and may be repeated', async () => {
    const store = open()
    const [own, other] = [archive(), archive()]
    const bytes = Buffer.from('evidence')
    for (const index of [0, 1, 19]) await store.put({ ...own, index }, bytes, sha256(bytes))
    await store.put({ ...other, index: 0 }, bytes, sha256(bytes))
    await store.remove(own, 20)
    await store.remove(own, 20)
    for (const index of [0, 1, 19]) expect(await store.get({ ...own, index })).toBeNull()
    expect(await store.get({ ...other, index: 0 })).not.toBeNull()
  })

  test('a name that is no id reaches nothing', async () => {
    const store = open()
    const name = { organisationId: '../..', evidenceId: randomUUID(), index: 0 }
    await expect(store.put(name, Buffer.from('x'), sha256(Buffer.from('x')))).rejects.toThrow('named by two ids')
    await expect(store.get({ ...archive(), index: -1 })).rejects.toThrow('numbered from 0')
  })
}
