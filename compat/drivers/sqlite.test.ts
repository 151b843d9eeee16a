import { describeDriver } from './support/describe-driver.ts'

const betterSqlite3 = {
  driver: 'better-sqlite3',
  hook: 'better-sqlite3',
  holes: ['all', 'get', 'iterate', 'transaction', 'exec'],
  exploits: { exec: "x'), ((select 1) || 'y" },
  safe: ['bound', 'escaped'],
} as const

describeDriver('better-sqlite3 12 as an ES module', { ...betterSqlite3, system: 'mjs' })
describeDriver('better-sqlite3 12 in CommonJS', { ...betterSqlite3, system: 'cjs' })

const nodeSqlite = {
  driver: 'node-sqlite',
  hook: 'node:sqlite',
  holes: ['all', 'iterate', 'exec'],
  exploits: { exec: "x'), ('y" },
  safe: ['bound', 'escaped'],
  on: 'newest',
} as const

describeDriver('node:sqlite as an ES module on the newest Node', { ...nodeSqlite, system: 'mjs' })
describeDriver('node:sqlite in CommonJS on the newest Node', { ...nodeSqlite, system: 'cjs' })

const sqlite3 = {
  driver: 'sqlite3',
  hook: 'sqlite3',
  holes: ['all', 'all-values', 'get', 'each', 'run', 'exec', 'prepare', 'prepare-callback', 'chained'],
  exploits: { run: "x'), ('y", exec: "x'), ('y" },
  safe: ['bound', 'bound-name', 'escaped'],
} as const

describeDriver('sqlite3 6 as an ES module on the newest Node', { ...sqlite3, system: 'mjs', on: 'newest' })
describeDriver('sqlite3 6 in CommonJS', { ...sqlite3, system: 'cjs' })
