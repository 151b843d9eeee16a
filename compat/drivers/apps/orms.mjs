import '@riposte/monitor/register'
import knex from 'knex'
import sequelize from 'sequelize'
import * as typeorm from 'typeorm'
import * as drizzle from 'drizzle-orm'
import { drizzle as drizzleMysql } from 'drizzle-orm/mysql2'
import { drizzle as drizzleSqlite } from 'drizzle-orm/better-sqlite3'
import { drizzle as drizzlePostgres } from 'drizzle-orm/postgres-js'
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite'
import apps from './orms.doors.cjs'
import { serve } from './serve.cjs'

serve(apps.doors({ knex, sequelize, typeorm, drizzle, drizzleMysql, drizzleSqlite, drizzlePostgres, drizzlePglite }))
