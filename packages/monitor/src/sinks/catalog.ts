import { sources } from '../sources/catalog.ts'
import { betterSqlite3 } from './better-sqlite3.ts'
import { ldapjs } from './ldapjs.ts'
import { ldapts } from './ldapts.ts'
import { anthropic, openai } from './llm/clients.ts'
import { langchain } from './llm/langchain.ts'
import { mariadb } from './mariadb.ts'
import { merges } from './merges/merges.ts'
import { mongodb } from './mongodb.ts'
import { mongoose } from './mongoose.ts'
import { mssql, tedious } from './mssql.ts'
import { mysql } from './mysql.ts'
import { mysql2 } from './mysql2.ts'
import { childProcess } from './node/child-process.ts'
import { virtualMachines, workerThreads } from './node/code-from-text.ts'
import { evalCalls } from './node/eval-calls.ts'
import { undici } from './node/fetch.ts'
import { fileSystem } from './node/file-system.ts'
import { globals } from './node/globals.ts'
import { httpClient, httpsClient } from './node/http-client.ts'
import { http2Client } from './node/http2-client.ts'
import { nameLookups } from './node/name-lookups.ts'
import { pathJoins } from './node/path-joins.ts'
import { nodeSqlite } from './node-sqlite.ts'
import { pg } from './pg.ts'
import { pglite } from './pglite.ts'
import { postgres } from './postgres.ts'
import { sqlite3 } from './sqlite3.ts'
import { ejs } from './templates/ejs.ts'
import { handlebars } from './templates/handlebars.ts'
import { lodash, lodashTemplate } from './templates/lodash.ts'
import { nunjucks } from './templates/nunjucks.ts'
import { pug } from './templates/pug.ts'
import type { Sink } from './sink.ts'
import { xmlLibraries } from './xml/xml-libraries.ts'

/** Everything where harm would happen that this version guards: what Node brings, then drivers; and the packages that bring requests. */
export const sinks: readonly Sink[] = [
  ...[childProcess, fileSystem, pathJoins, httpClient, httpsClient, http2Client, nameLookups, undici, globals],
  ...[virtualMachines, workerThreads, evalCalls],
  ...[pg, postgres, pglite, mysql, mysql2, mariadb, betterSqlite3, sqlite3, nodeSqlite, mssql, tedious],
  ...[ldapjs, ldapts],
  ...[mongodb, mongoose],
  ...xmlLibraries,
  ...[ejs, pug, handlebars, nunjucks, lodash, lodashTemplate],
  ...merges,
  ...[openai, anthropic, langchain],
  ...sources,
]
