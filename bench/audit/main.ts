import { startPostgres } from '@riposte/postgres'
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { verifyAudit } from '../../apps/cli/src/audit/verify-audit.ts'
import { exportAudit } from '../../apps/server/src/features/audit/export-audit.ts'
import { record, recordMany } from '../../apps/server/src/features/audit/record.ts'
import { newId } from '../../apps/server/src/platform/crypto/secrets.ts'
import { openSigningKey } from '../../apps/server/src/platform/crypto/signing-key.ts'
import { Database } from '../../apps/server/src/platform/db/database.ts'
import { migrate } from '../../apps/server/src/platform/db/migrate.ts'
import { drawTable, writeResults } from '../lib/results.ts'

const say = (line: string): void => void process.stderr.write(`${line}\n`)
const quick = process.argv.includes('--quick')
const entries = quick ? 100_000 : 500_000
const rounds = 5
const writers = 8

const folder = mkdtempSync(path.join(tmpdir(), 'riposte-bench-audit-'))
const postgres = await startPostgres({ dataDir: path.join(folder, 'postgres') })
try {
  await postgres.ensureDatabase('audit')
  await migrate(postgres.url('audit'))
  const db = new Database(postgres.url('audit'), (error) => say(String(error)))
  const organisationId = newId()
  await db.query('insert into organisation (id, name) values ($1, $2)', [organisationId, 'bench'])
  const event = (index: number) => ({
    organisationId,
    actor: { kind: 'member' as const, id: newId(), name: 'An analyst' },
    action: 'response.completed',
    subject: { kind: 'response', id: newId() },
    details: { type: 'block_ip', device: `web-${index % 500}`, parameters: { address: '203.0.113.7' }, index },
  })

  say(`Appending one entry a transaction, ${writers} at once …`)
  const seconds = quick ? 3 : 10
  const until = performance.now() + seconds * 1_000
  let appended = 0
  const began = performance.now()
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (performance.now() < until) {
        await db.transaction((tx) => record(tx, event(appended)))
        appended += 1
      }
    }),
  )
  const appendPerS = appended / ((performance.now() - began) / 1_000)

  say(`Appending ${entries} entries, 1,000 a transaction …`)
  const bulkBegan = performance.now()
  for (let done = 0; done < entries; done += 1_000)
    await db.transaction((tx) =>
      recordMany(
        tx,
        organisationId,
        Array.from({ length: 1_000 }, (_, index) => event(done + index)),
      ),
    )
  const bulkPerS = entries / ((performance.now() - bulkBegan) / 1_000)

  say('Exporting …')
  const file = path.join(folder, 'audit.jsonl')
  const by = { organisationId, actor: { kind: 'system' as const, id: null, name: 'bench' } }
  const exportBegan = performance.now()
  const signingKey = openSigningKey(folder)
  await pipeline(
    Readable.from(exportAudit({ db, clock: () => new Date(), signingKey }, by, 'jsonl')),
    createWriteStream(file),
  )
  const exportPerS = (entries + appended) / ((performance.now() - exportBegan) / 1_000)
  await db.close()

  say('Verifying …')
  const verified: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const verifyBegan = performance.now()
    const verdict = await verifyAudit(createReadStream(file, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>, {
      key: signingKey.fingerprint,
    })
    if (!verdict.holds) throw new Error(`A true export does not hold: ${verdict.message}`)
    verified.push(verdict.entries / ((performance.now() - verifyBegan) / 1_000))
  }
  const verifyPerS = verified.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0

  const rows = [
    { id: 'verify_per_s', unit: 'entries/s', value: Math.round(verifyPerS) },
    { id: 'append_per_s', unit: 'entries/s', value: Math.round(appendPerS) },
    { id: 'append_bulk_per_s', unit: 'entries/s', value: Math.round(bulkPerS) },
    { id: 'export_per_s', unit: 'entries/s', value: Math.round(exportPerS) },
  ]
  const table = drawTable([
    ['row', 'value', 'unit'],
    ...rows.map(({ id, unit, value }) => [id, value.toLocaleString('en'), unit]),
  ])
  process.stdout.write(`${table}\n`)
  const detail = {
    short: quick,
    entries,
    writers,
    exportMb: Math.round(statSync(file).size / 1e6),
    verifyRounds: verified.map(Math.round),
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
  }
  writeResults(path.join(import.meta.dirname, '../results'), 'audit', { rows, table, detail })
} finally {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
}
