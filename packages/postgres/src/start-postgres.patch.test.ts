import { testDatabase } from '@riposte/testkit'
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, expect, test } from 'vitest'
import { readPostmaster } from './postmaster-file.ts'
import { startPostgres, type StartOptions } from './start-postgres.ts'
import type { Identity } from './identity.ts'

const folders: string[] = []
const folder = (parent = tmpdir()): string => {
  const made = mkdtempSync(path.join(parent, 'riposte-pg-'))
  folders.push(made)
  return made
}
afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true })
})

async function ask(url: string, text: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return Object.values((await client.query<Record<string, unknown>>(text)).rows[0] ?? {})[0]
  } finally {
    await client.end()
  }
}

const root = process.getuid?.() === 0
const identities: { name: string; identity: Identity; when: boolean }[] = [
  { name: 'its own identity', identity: { kind: 'same' }, when: !root },
  { name: 'a user namespace', identity: { kind: 'namespace' }, when: root },
  { name: 'another uid', identity: { kind: 'user', uid: 65_534, gid: 65_534 }, when: root },
]

for (const { name, identity } of identities.filter(({ when }) => when)) {
  test(`as ${name} it starts, keeps data over a restart, syncs to disk, and leaves no process`, async () => {
    const options: StartOptions = { dataDir: folder(), identity }
    const first = await startPostgres(options)
    expect(await ask(first.url(), 'show fsync')).toBe('on')
    await ask(first.url(), 'create table kept (n int)')
    await first.stop()
    expect(() => process.kill(first.pid, 0)).toThrow()
    const second = await startPostgres(options)
    expect(await ask(second.url(), 'select count(*)::int from kept')).toBe(0)
    await second.stop()
  })
}

test('a password is asked for over TCP', async () => {
  const port = 20_000 + Math.floor(Math.random() * 10_000)
  const postgres = await startPostgres({ dataDir: folder(), tcp: { port, password: 'a secret: /?#' } })
  expect(await ask(postgres.url(), 'select 1')).toBe(1)
  await expect(ask(`postgres://postgres:wrong@127.0.0.1:${port}/postgres`, 'select 1')).rejects.toThrow(
    /password authentication failed/,
  )
  await postgres.stop()
})

test('a data folder whose path is too long for a socket still works', async () => {
  const deep = path.join(folder(), 'x'.repeat(60), 'y'.repeat(60))
  const postgres = await startPostgres({ dataDir: deep })
  expect(await ask(postgres.url(), 'select 1')).toBe(1)
  await postgres.stop()
})

test('a server that its parent left behind is adopted or has ended, and no row is lost', async () => {
  const dataDir = folder()
  const parent = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      '--conditions=source',
      '--input-type=module',
      '-e',
      `
    const { startPostgres } = await import(${JSON.stringify(path.join(import.meta.dirname, 'index.ts'))})
    const postgres = await startPostgres({ dataDir: ${JSON.stringify(dataDir)} })
    await postgres.ensureDatabase('kept')
    console.log('ready')
    setInterval(() => {}, 1000)
  `,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  await new Promise<void>((resolve) => parent.stdout.once('data', () => resolve()))
  parent.kill('SIGKILL')
  const postgres = await startPostgres({ dataDir })
  await postgres.ensureDatabase('kept')
  expect(await ask(postgres.url('kept'), 'select current_database()')).toBe('kept')
  await postgres.stop()
  expect(readPostmaster(path.join(dataDir, 'cluster'))).toBeNull()
})

test('an interrupted first start leaves nothing that the next one trips over', async () => {
  const dataDir = folder()
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      '--conditions=source',
      '--input-type=module',
      '-e',
      `
    const { startPostgres } = await import(${JSON.stringify(path.join(import.meta.dirname, 'index.ts'))})
    await startPostgres({ dataDir: ${JSON.stringify(dataDir)} })
  `,
    ],
    { stdio: 'ignore', detached: true },
  )
  const deadline = Date.now() + 20_000
  while (!readdirSync(dataDir).includes('cluster.new') && Date.now() < deadline) await sleep(1)
  process.kill(-(child.pid ?? 0), 'SIGKILL')
  const postgres = await startPostgres({ dataDir })
  expect(await ask(postgres.url(), 'select 1')).toBe(1)
  await postgres.stop()
})

test('test databases are separate', async () => {
  const [one, two] = await Promise.all([testDatabase(), testDatabase()])
  await ask(one.url, 'create table here (n int)')
  await expect(ask(two.url, 'select * from here')).rejects.toThrow(/does not exist/)
  await Promise.all([one.drop(), two.drop()])
})
