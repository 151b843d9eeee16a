'use strict'

const { statement, tables } = require('./serve.cjs')

/** Knex, Sequelize, TypeORM and Drizzle, each on several drivers, each with the ways in which it lets text through. */
exports.doors = async ({ knex, sequelize, typeorm, drizzle, ...drizzles }) => {
  const server = { host: '127.0.0.1', port: Number(process.env.MARIADB_PORT), user: 'root' }
  const database = process.env.DATABASE
  const first = knex({ client: 'mysql2', connection: server })
  await first.raw(`create database ${database}`)
  await first.destroy()
  const doors = {}

  const knexes = {
    mysql2: knex({
      client: 'mysql2',
      connection: { ...server, database },
      pool: { min: 0, max: Number(process.env.POOL ?? 4) },
    }),
    mysql: knex({ client: 'mysql', connection: { ...server, database } }),
    'better-sqlite3': knex({ client: 'better-sqlite3', connection: ':memory:', useNullAsDefault: true }),
    sqlite3: knex({ client: 'sqlite3', connection: ':memory:', useNullAsDefault: true }),
  }
  for (const table of tables) await knexes.mysql2.raw(table)
  for (const [driver, query] of Object.entries(knexes)) {
    if (driver.includes('sqlite')) for (const table of tables) await query.raw(table)
    doors[`knex-${driver}`] = (name) => query('account').whereRaw(`name = '${name}'`).select('secret')
    doors[`bound-knex-${driver}`] = (name) => query('account').where({ name }).select('name')
  }
  doors['knex-raw'] = (name) => knexes.mysql2.raw(statement(name))
  doors['knex-transaction'] = (name) => knexes.mysql2.transaction((one) => one.raw(statement(name)))
  doors['bound-knex-raw'] = (name) => knexes.mysql2.raw('select name from account where name = ?', [name])
  doors['slow'] = (name) => knexes.mysql2.raw(`select sleep(0.01), '${name}' as name`).then(([rows]) => rows[0].name)

  const { Sequelize, QueryTypes, DataTypes } = sequelize
  const common = { host: '127.0.0.1', port: server.port, username: 'root', password: '', database, logging: false }
  const sequelizes = {
    mysql: new Sequelize({ ...common, dialect: 'mysql' }),
    mariadb: new Sequelize({ ...common, dialect: 'mariadb' }),
    sqlite: new Sequelize({ dialect: 'sqlite', storage: ':memory:', logging: false }),
  }
  for (const [dialect, query] of Object.entries(sequelizes)) {
    if (dialect === 'sqlite') for (const table of tables) await query.query(table)
    const Account = query.define(
      'account',
      { id: { type: DataTypes.INTEGER, primaryKey: true }, name: DataTypes.STRING, secret: DataTypes.STRING },
      { tableName: 'account', timestamps: false },
    )
    doors[`sequelize-${dialect}`] = (name) => query.query(statement(name), { type: QueryTypes.SELECT })
    doors[`sequelize-literal-${dialect}`] = (name) => Account.findAll({ where: Sequelize.literal(`name = '${name}'`) })
    doors[`bound-sequelize-${dialect}`] = (name) => Account.findAll({ where: { name }, attributes: ['name'] })
    doors[`bound-sequelize-replaced-${dialect}`] = (name) =>
      query.query('select name from account where name = :name', { replacements: { name }, type: QueryTypes.SELECT })
  }

  const { DataSource, EntitySchema } = typeorm
  const Account = new EntitySchema({
    name: 'account',
    columns: {
      id: { type: 'int', primary: true },
      name: { type: 'varchar', nullable: true },
      secret: { type: 'varchar', nullable: true },
    },
  })
  const sources = {
    mysql: new DataSource({ type: 'mysql', ...server, username: 'root', database, entities: [Account] }),
    'better-sqlite3': new DataSource({ type: 'better-sqlite3', database: ':memory:', entities: [Account] }),
  }
  for (const [type, source] of Object.entries(sources)) {
    await source.initialize()
    if (type !== 'mysql') for (const table of tables) await source.query(table)
    const repository = source.getRepository(Account)
    doors[`typeorm-${type}`] = (name) => source.query(statement(name))
    doors[`typeorm-builder-${type}`] = (name) =>
      repository.createQueryBuilder('account').where(`account.name = '${name}'`).getMany()
    doors[`typeorm-transaction-${type}`] = (name) => source.transaction((manager) => manager.query(statement(name)))
    doors[`bound-typeorm-${type}`] = (name) => repository.find({ where: { name }, select: { id: true, name: true } })
  }

  const { sql } = drizzle
  const pools = {
    mysql: drizzles.drizzleMysql({ connection: { ...server, database } }),
    sqlite: drizzles.drizzleSqlite(':memory:'),
    pglite: drizzles.drizzlePglite(),
  }
  for (const table of tables) {
    pools.sqlite.run(sql.raw(table))
    await pools.pglite.execute(sql.raw(table))
  }
  doors['drizzle-mysql'] = (name) => pools.mysql.execute(sql.raw(statement(name)))
  doors['drizzle-mysql-part'] = (name) =>
    pools.mysql.execute(sql`select secret from account where name = ${sql.raw(`'${name}'`)}`)
  doors['drizzle-sqlite'] = (name) => pools.sqlite.all(sql.raw(statement(name)))
  doors['drizzle-pglite'] = (name) => pools.pglite.execute(sql.raw(statement(name))).then(({ rows }) => rows)
  doors['bound-drizzle-mysql'] = (name) => pools.mysql.execute(sql`select name from account where name = ${name}`)
  doors['bound-drizzle-sqlite'] = (name) => pools.sqlite.all(sql`select name from account where name = ${name}`)
  doors['bound-drizzle-pglite'] = (name) =>
    pools.pglite.execute(sql`select name from account where name = ${name}`).then(({ rows }) => rows)
  return doors
}
