import { Readable } from 'node:stream'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyAudit } from '../../../../cli/src/audit/verify-audit.ts'
import { startApp, type TestApp } from '../../testing/start-app.ts'
import { addCheckpoint } from './checkpoints.ts'
import { record, recordMany } from './record.ts'

let server: TestApp
beforeAll(async () => {
  server = await startApp()
})
afterAll(() => server.stop())

const verify = (text: string, anchors?: Parameters<typeof verifyAudit>[1]) =>
  verifyAudit(Readable.from([Buffer.from(text)]) as AsyncIterable<Buffer>, anchors)
const exported = async (format = 'jsonl'): Promise<string> => {
  const answer = await server.call('GET', `/api/v1/audit/export?format=${format}`)
  expect(answer.status).toBe(200)
  return answer.text
}
const event = (details: Record<string, unknown>) => ({
  organisationId: server.organisationId,
  actor: { kind: 'system' as const, id: null, name: 'test' },
  action: 'test.done',
  subject: { kind: 'test', id: '1' },
  details,
})
const parts = () => ({ signingKey: server.signingKey, clock: () => new Date() })

test('an export of a log that grew in every way holds offline, and tells that it was taken', async () => {
  const { db } = server.app
  for (const round of [1, 2, 3]) {
    await server.call('POST', '/api/v1/projects', { body: { name: `Project ${round}`, type: 'cloud' } })
    await db.transaction((tx) => addCheckpoint(tx, parts(), server.organisationId))
    await db.transaction((tx) =>
      recordMany(
        tx,
        server.organisationId,
        Array.from({ length: 700 }, (_, index) => event({ index, round, empty: undefined })),
      ),
    )
  }
  const text = await exported()
  const verdict = await verify(text, { key: server.signingKey.fingerprint })
  expect(verdict).toMatchObject({ holds: true, checkpoints: 4, organisationId: server.organisationId })
  expect(text.split('\n').filter((line) => line.includes('"action":"audit.exported"'))).toHaveLength(1)
})

test('whatever details hold, the export says the same as the hash', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (details) => {
      const storable = JSON.parse(JSON.stringify(details).replaceAll('\\u0000', '').toWellFormed()) as Record<
        string,
        unknown
      >
      await server.app.db.transaction((tx) => record(tx, event(storable)))
    }),
    { numRuns: 60 },
  )
  await server.app.db.transaction((tx) =>
    record(tx, event({ date: new Date(), nothing: undefined, big: 1e21, small: 1e-7 })),
  )
  expect(await verify(await exported())).toMatchObject({ holds: true })
})

test('a checkpoint that was kept binds every later export', async () => {
  await exported()
  const { body } = await server.call('GET', '/api/v1/audit/checkpoints?limit=1')
  const [kept] = (body as unknown as { items: { envelope: never }[] }).items
  if (!kept) throw new Error('no checkpoint')
  const later = await exported()
  expect(await verify(later, { anchors: [kept.envelope] })).toMatchObject({ holds: true })
  const other = await startApp()
  try {
    const answer = await other.call('GET', '/api/v1/audit/export')
    expect(await verify(answer.text, { anchors: [kept.envelope] })).toMatchObject({ code: 'anchor.mismatch' })
  } finally {
    await other.stop()
  }
})

test('the database refuses to change a checkpoint', async () => {
  await exported()
  for (const statement of [
    'delete from audit_checkpoint',
    'update audit_checkpoint set hash = hash',
    'truncate audit_checkpoint',
  ])
    await expect(server.app.db.query(statement)).rejects.toThrow(/append-only/)
})

test('the readable form has every entry, and no cell that a spreadsheet would run', async () => {
  await server.call('POST', '/api/v1/projects', { body: { name: '=1+1', type: 'cloud' } })
  await server.app.db.transaction((tx) => record(tx, { ...event({}), action: '=cmd()' }))
  const lines = (await exported('csv')).trimEnd().split('\r\n')
  const [row] = await server.app.db.query<{ n: number }>(
    'select count(*)::int as n from audit_entry where organisation_id = $1',
    [server.organisationId],
  )
  expect(lines).toHaveLength((row?.n ?? 0) + 1)
  expect(lines.some((line) => line.includes(`"'=cmd()"`))).toBe(true)
  expect(lines.some((line) => line.includes('"=cmd()"'))).toBe(false)
})

test('the job signs a checkpoint, and asks for the next in an hour', async () => {
  const { db, jobs } = server.app
  const waiting = () =>
    db.query<{ run_at: Date }>(`select run_at from job where kind = 'audit.checkpoint' order by run_at`)
  const checkpoints = async (): Promise<number> =>
    (await db.query<{ n: number }>('select count(*)::int as n from audit_checkpoint'))[0]?.n ?? 0
  await db.transaction((tx) => record(tx, event({})))
  const before = await checkpoints()
  await db.query(
    `update job set run_at = now() - interval '1 second', unique_key = 'an hour ago' where kind = 'audit.checkpoint'`,
  )
  await jobs.runDue()
  expect(await checkpoints()).toBe(before + 1)
  const [next, ...more] = await waiting()
  expect(more).toEqual([])
  expect((next?.run_at.getTime() ?? 0) - Date.now()).toBeGreaterThan(3_500_000)
})
