'use strict'

const { odd, statement, tables } = require('./serve.cjs')

/** postgres: templates, `unsafe`, fragments, helpers, cursors, transactions, reserved connections. */
exports.doors = async ({ postgres }) => {
  const url = new URL(process.env.DATABASE_URL)
  const sql = postgres({
    // A socket's folder comes as a parameter.
    host: url.searchParams.get('host') ?? url.hostname,
    port: Number(url.searchParams.get('port') ?? (url.port || 5432)),
    username: decodeURIComponent(url.username) || url.searchParams.get('user') || 'postgres',
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1),
    max: Number(process.env.POOL ?? 4),
    onnotice: () => {},
  })
  for (const table of tables) await sql.unsafe(table)
  const fragment = (name) => sql.unsafe(`name = '${name}'`)

  return {
    unsafe: (name) => sql.unsafe(statement(name)),
    'unsafe-values': (name) =>
      sql.unsafe(`${statement(name)} and $1 = 1`, [1]).catch(() => sql.unsafe(statement(name))),
    fragment: (name) => sql`select secret from account where ${fragment(name)}`,
    nested: (name) => sql`select secret from account ${sql`where ${fragment(name)}`}`,
    fragments: (name) => sql`select secret from account ${[sql`where`, fragment(name)]}`,
    cursor: async (name) => {
      const rows = []
      for await (const part of sql.unsafe(statement(name)).cursor(1)) rows.push(...part)
      return rows
    },
    each: async (name) => {
      const rows = []
      await sql.unsafe(statement(name)).forEach((row) => rows.push(row))
      return rows
    },
    values: (name) => sql.unsafe(statement(name)).values(),
    transaction: (name) => sql.begin((transaction) => transaction.unsafe(statement(name))),
    savepoint: (name) => sql.begin((transaction) => transaction.savepoint((inner) => inner.unsafe(statement(name)))),
    reserved: async (name) => {
      const reserved = await sql.reserve()
      try {
        return await reserved.unsafe(statement(name))
      } finally {
        reserved.release()
      }
    },
    forgotten: (name) => {
      sql.unsafe(statement(name)).execute()
      return 'sent'
    },

    odd: () => odd((given) => sql.unsafe(given)),

    bound: (name) => sql`select name from account where name = ${name}`,
    'bound-unsafe': (name) => sql.unsafe('select name from account where name = $1', [name]),
    'bound-list': (name) => sql`select name from account where name in ${sql([name])}`,
    'bound-column': (name) => sql`select ${sql('name')} from account where name = ${name}`,
    'bound-insert': async (name) => {
      await sql`insert into account ${sql({ id: 9, name, secret: '' })}`
      const rows = await sql`select name from account where id = 9`
      await sql`delete from account where id = 9`
      return rows
    },
    escaped: (name) => sql.unsafe(`select name from account where name = '${name.replaceAll("'", "''")}'`),
    slow: (name) => sql.unsafe(`select pg_sleep(0.01), '${name}' as name`).then((rows) => rows[0].name),
    'slow-fragment': (name) =>
      sql`select pg_sleep(0.01), ${sql.unsafe(`'${name}'`)} as name`.then((rows) => rows[0].name),
  }
}
