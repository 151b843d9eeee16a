import { afterAll, beforeAll } from 'vitest'
import { describeDriver } from './support/describe-driver.ts'
import { startMariadb, type MariadbServer } from './support/mariadb-server.ts'

let server: MariadbServer
let databases = 0
beforeAll(async () => {
  server = await startMariadb()
})
afterAll(() => server.stop())

const env = () => ({ MARIADB_PORT: String(server.port), DATABASE: `app${(databases += 1)}` })

const orms = {
  driver: 'orms',
  hook: 'mysql2',
  env,
  holes: [
    ...['knex-mysql2', 'knex-mysql', 'knex-better-sqlite3', 'knex-sqlite3', 'knex-raw', 'knex-transaction'],
    ...['sequelize-mysql', 'sequelize-mariadb', 'sequelize-sqlite'],
    ...['sequelize-literal-mysql', 'sequelize-literal-mariadb', 'sequelize-literal-sqlite'],
    ...['typeorm-mysql', 'typeorm-builder-mysql', 'typeorm-transaction-mysql'],
    ...['typeorm-better-sqlite3', 'typeorm-builder-better-sqlite3', 'typeorm-transaction-better-sqlite3'],
    ...['drizzle-mysql', 'drizzle-mysql-part', 'drizzle-sqlite', 'drizzle-pglite'],
  ],
  safe: [
    ...['bound-knex-mysql2', 'bound-knex-mysql', 'bound-knex-better-sqlite3', 'bound-knex-sqlite3', 'bound-knex-raw'],
    ...['bound-sequelize-mysql', 'bound-sequelize-mariadb', 'bound-sequelize-sqlite', 'bound-sequelize-replaced-mysql'],
    ...['bound-sequelize-replaced-mariadb', 'bound-sequelize-replaced-sqlite'],
    ...['bound-typeorm-mysql', 'bound-typeorm-better-sqlite3'],
    ...['bound-drizzle-mysql', 'bound-drizzle-sqlite', 'bound-drizzle-pglite'],
  ],
  slow: ['slow'],
  // TypeORM keeps prepared statements of SQLite.
  cached: 1,
} as const

describeDriver('Knex 3, Sequelize 6, TypeORM 1 and Drizzle as ES modules', { ...orms, system: 'mjs' })
describeDriver('Knex 3, Sequelize 6, TypeORM 1 and Drizzle in CommonJS', { ...orms, system: 'cjs' })

const prisma = {
  driver: 'prisma',
  hook: 'mariadb',
  home: 'prisma',
  env,
  holes: ['query-raw', 'execute-raw', 'part', 'transaction'],
  exploits: { 'execute-raw': "x', secret = 'clover" },
  safe: ['bound', 'bound-template', 'bound-unsafe'],
  slow: ['slow'],
} as const

describeDriver('Prisma 7 with the adapter for MariaDB as an ES module', { ...prisma, system: 'mjs' })
describeDriver('Prisma 7 with the adapter for MariaDB in CommonJS on the newest Node', {
  ...prisma,
  system: 'cjs',
  on: 'newest',
})
