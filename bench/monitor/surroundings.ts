import { startPostgres } from '@riposte/postgres'
import { createServer, type Server } from 'node:http'
import { randomInt } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { startChild } from '../lib/child.ts'
import { benchDir, type Surroundings } from './guards.ts'

/** A PostgreSQL with a small shop in it, files, a server to call, the real control plane, and a sink for what a tracer sends. */
export async function startSurroundings(): Promise<Surroundings & { stop(): Promise<void> }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'riposte-bench-'))
  // The database runs as another user where the bench runs as root.
  chmodSync(folder, 0o711)
  const stops: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) {
      try {
        await one()
      } catch (error) {
        process.stderr.write(`${String(error)}\n`)
      }
    }
  }
  try {
    const postgres = await startPostgres({ dataDir: path.join(folder, 'postgres') })
    stops.push(() => postgres.stop())
    for (const name of ['bench', 'riposte']) await postgres.ensureDatabase(name)
    await fillShop(postgres.url('bench'))

    const port = randomInt(20_000, 32_000)
    const url = `http://127.0.0.1:${port}`
    const server = await startChild(path.resolve(benchDir, '../apps/server/dist/main.js'), {
      env: {
        ...pathOnly(),
        RIPOSTE_PORT: String(port),
        RIPOSTE_DATA_DIR: path.join(folder, 'server'),
        RIPOSTE_DATABASE_URL: postgres.url('riposte'),
        RIPOSTE_SEED_PROJECT: 'bench',
      },
      isReady: (message) => (message as { type?: string }).type === 'ready',
    })
    stops.push(() => server.child.stop())
    const { projectToken } = server.ready as { projectToken?: string }
    if (projectToken === undefined) throw new Error('the control plane named no project token')

    const files = path.join(folder, 'files')
    writeFiles(folder, files)
    const sink = await listen(
      createServer((request, response) => {
        request.resume()
        request.on('end', () => response.setHeader('content-type', 'application/json').end('{"rate_by_service":{}}'))
      }),
    )
    stops.push(sink.stop)
    const upstream = await listen(
      createServer((request, response) => {
        request.resume()
        response.end(`12 pieces of ${request.url ?? ''}`)
      }),
    )
    stops.push(upstream.stop)
    return {
      databaseUrl: postgres.url('bench'),
      controlPlane: { url, projectToken },
      monitorDataDir: path.join(folder, 'monitor'),
      files,
      upstreamUrl: upstream.url,
      sinkUrl: sink.url,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

export const pathOnly = (): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: process.env['HOME'] ?? '',
})

async function fillShop(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('create table product (id serial primary key, name text not null, price numeric not null)')
  await client.query(`insert into product (name, price) select 'lamp-' || n, n from generate_series(0, 999) n`)
  await client.query('create index on product (name)')
  await client.query('analyze product')
  await client.end()
}

function writeFiles(folder: string, files: string): void {
  mkdirSync(files)
  for (let n = 0; n < 1_000; n++) writeFileSync(path.join(files, `lamp-${n}.txt`), `A lamp, number ${n}.\n`)
  mkdirSync(path.join(folder, 'outside'))
  writeFileSync(path.join(folder, 'outside/secret.txt'), 'a secret\n')
}

async function listen(server: Server): Promise<{ url: string; stop: () => void }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = (): void => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop }
}
