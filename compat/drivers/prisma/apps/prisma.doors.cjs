'use strict'

const { statement, tables } = require('../../apps/serve.cjs')

/** Prisma: its raw ways, and what it writes itself. */
exports.doors = async ({ PrismaClient, PrismaMariaDb }) => {
  const { MARIADB_PORT, DATABASE, POOL } = process.env
  const server = { host: '127.0.0.1', port: Number(MARIADB_PORT), user: 'root', connectionLimit: Number(POOL ?? 4) }
  const first = new PrismaClient({ adapter: new PrismaMariaDb(server) })
  await first.$executeRawUnsafe(`create database ${DATABASE}`)
  await first.$disconnect()
  const prisma = new PrismaClient({ adapter: new PrismaMariaDb({ ...server, database: DATABASE }) })
  for (const table of tables) await prisma.$executeRawUnsafe(table)
  const { raw } = require('@prisma/client').Prisma
  const secrets = () => prisma.account.findMany()

  return {
    'query-raw': (name) => prisma.$queryRawUnsafe(statement(name)),
    'execute-raw': (name) => prisma.$executeRawUnsafe(`update account set name = '${name}' where id = 3`).then(secrets),
    part: (name) => prisma.$queryRaw`select secret from account where name = ${raw(`'${name}'`)}`,
    transaction: (name) => prisma.$transaction((one) => one.$queryRawUnsafe(statement(name))),

    bound: (name) => prisma.account.findMany({ where: { name }, select: { name: true } }),
    'bound-template': (name) => prisma.$queryRaw`select name from account where name = ${name}`,
    'bound-unsafe': (name) => prisma.$queryRawUnsafe('select name from account where name = ?', name),
    slow: (name) => prisma.$queryRawUnsafe(`select sleep(0.01), '${name}' as name`).then((rows) => rows[0].name),
  }
}
