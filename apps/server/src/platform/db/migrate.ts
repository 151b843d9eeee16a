import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'

// Beside the bundle, or beside the sources.
const folders = [path.join(import.meta.dirname, 'migrations'), path.resolve(import.meta.dirname, '../../migrations')]

// Any number will do, as long as every server uses the same.
const lockKey = 74_747_475

interface Migration {
  readonly name: string
  readonly sql: string
  readonly checksum: string
}

/**
 * Brings the schema to this program's version: forward only, one transaction each, one server at a time.
 * @throws Error when the database was migrated by a newer program, or a landed migration was edited
 */
export async function migrate(url: string, migrations = readMigrations()): Promise<string[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [lockKey])
    await client.query(
      'create table if not exists migration (name text primary key, checksum text not null, at timestamptz not null default now())',
    )
    const { rows } = await client.query<{ name: string; checksum: string }>(
      'select name, checksum from migration order by name',
    )
    for (const { name, checksum } of rows) {
      const own = migrations.find((migration) => migration.name === name)
      if (!own)
        throw new Error(
          `The database was migrated by a newer Riposte (${name}). Start that version, or restore a backup from before it.`,
        )
      if (own.checksum !== checksum)
        throw new Error(`Migration ${name} is not the one that was applied. Restore the released file.`)
    }
    const pending = migrations.filter((migration) => !rows.some((row) => row.name === migration.name))
    for (const { name, sql, checksum } of pending) {
      await client.query('begin')
      await client.query(sql)
      await client.query('insert into migration (name, checksum) values ($1, $2)', [name, checksum])
      await client.query('commit')
    }
    return pending.map((migration) => migration.name)
  } finally {
    await client.end()
  }
}

export function readMigrations(): Migration[] {
  const folder = folders.find((folder) => hasSql(folder))
  if (!folder) throw new Error(`No migrations found in ${folders.join(' or ')}`)
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((name) => {
      const sql = readFileSync(path.join(folder, name), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })
}

function hasSql(folder: string): boolean {
  try {
    return readdirSync(folder).some((file) => file.endsWith('.sql'))
  } catch {
    return false
  }
}
