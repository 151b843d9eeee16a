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

const mysql2 = {
  driver: 'mysql2',
  hook: 'mysql2',
  env,
  holes: [
    ...['callback', 'object', 'execute', 'connection', 'prepare', 'cluster', 'cluster-execute', 'emitter', 'stream'],
    ...['promise', 'promise-execute', 'promise-of-pool', 'transaction', 'raw', 'forgotten'],
  ],
  safe: ['bound', 'bound-execute', 'bound-object', 'escaped'],
  slow: ['slow', 'slow-promise', 'slow-borrowed'],
} as const

/** The driver before wrote values between quotes that were there already. */
const mysql2Older = { ...mysql2, home: 'older', broken: ['quoted'], exploits: { quoted: ' or 1=1 -- ' } } as const

describeDriver('mysql2 3 as an ES module', { ...mysql2, system: 'mjs' })
describeDriver('mysql2 3 in CommonJS on the newest Node', { ...mysql2, system: 'cjs', on: 'newest' })
describeDriver('mysql2 2 in CommonJS', { ...mysql2Older, system: 'cjs' })
describeDriver('mysql2 2 as an ES module on the newest Node', { ...mysql2Older, system: 'mjs', on: 'newest' })

const mariadb = {
  driver: 'mariadb',
  hook: 'mariadb',
  env,
  holes: [
    ...['promise', 'object', 'execute', 'connection', 'connection-execute', 'borrowed', 'prepare', 'stream'],
    ...['transaction', 'batch', 'cluster', 'cluster-connection', 'callback', 'callback-execute', 'callback-connection'],
    ...['callback-emitter', 'callback-stream', 'callback-borrowed', 'callback-cluster'],
  ],
  exploits: { batch: "x', 'y'), (4, 'z" },
  safe: ['bound', 'bound-execute', 'escaped'],
  slow: ['slow', 'slow-callback', 'slow-borrowed'],
} as const

describeDriver('mariadb 3.5 as an ES module', { ...mariadb, system: 'mjs' })
describeDriver('mariadb 3.5 in CommonJS', { ...mariadb, system: 'cjs' })
describeDriver('mariadb 3.5 as an ES module on the newest Node', { ...mariadb, system: 'mjs', on: 'newest' })
describeDriver('mariadb 3.4 in CommonJS on the newest Node', { ...mariadb, system: 'cjs', home: 'older', on: 'newest' })
describeDriver('mariadb 3.4 as an ES module', { ...mariadb, system: 'mjs', home: 'older' })

const mysql = {
  driver: 'mysql',
  hook: 'mysql',
  env,
  holes: [
    'callback',
    'object',
    'connection',
    'borrowed',
    'cluster',
    'emitter',
    'stream',
    'transaction',
    'raw',
    'forgotten',
  ],
  broken: ['quoted'],
  exploits: { quoted: ' or 1=1 -- ' },
  safe: ['bound', 'bound-object', 'escaped'],
  slow: ['slow', 'slow-borrowed'],
} as const

describeDriver('mysql 2 as an ES module on the newest Node', { ...mysql, system: 'mjs', on: 'newest' })
describeDriver('mysql 2 in CommonJS', { ...mysql, system: 'cjs' })
