import { chooseIdentity, startPostgres, type Binaries } from '@riposte/postgres'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

/**
 * A PostgreSQL for a test run: prints one line of JSON, `{url}` or `{missing}`, and stops when standard input ends.
 * Kinds: `embedded` (socket), `tcp` (the packaged one, TCP and password), `debian` (the distribution's, TCP and password).
 */
const [kind = 'embedded'] = process.argv.slice(2)
const dataDir = mkdtempSync(path.join(tmpdir(), 'riposte-test-'))
const binaries = kind === 'debian' ? findDebian() : undefined

if (kind === 'debian' && !binaries) {
  console.log(JSON.stringify({ missing: 'not installed (apt-get install postgresql-15)' }))
  process.stdin.resume()
} else {
  const tcp = kind === 'embedded' ? undefined : { port: await freePort(), password: 'pass word: /?#' }
  const postgres = await startPostgres({
    dataDir,
    identity: chooseIdentity(),
    ...(tcp ? { tcp } : {}),
    ...(binaries ? { binaries } : {}),
  })
  console.log(JSON.stringify({ url: postgres.url() }))
  process.stdin.resume().on('end', () => {
    void postgres.stop().then(() => rmSync(dataDir, { recursive: true, force: true }))
  })
}

function findDebian(): Binaries | undefined {
  const root = '/usr/lib/postgresql'
  if (!existsSync(root)) return undefined
  const versions = readdirSync(root).filter((version) => Number(version) >= 15)
  return versions
    .map((version) => ({ initdb: `${root}/${version}/bin/initdb`, postgres: `${root}/${version}/bin/postgres` }))
    .find((found) => existsSync(found.initdb))
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer().once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => {
        const { port: got } = server.address() as AddressInfo
        server.close(() => resolve(got === port))
      })
    })
    if (free) return port
  }
}
