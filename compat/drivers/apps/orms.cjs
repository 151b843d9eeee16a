'use strict'

require('@riposte/monitor/register')
const knex = require('knex')
const sequelize = require('sequelize')
const typeorm = require('typeorm')
const drizzle = require('drizzle-orm')
const { drizzle: drizzleMysql } = require('drizzle-orm/mysql2')
const { drizzle: drizzleSqlite } = require('drizzle-orm/better-sqlite3')
const { drizzle: drizzlePostgres } = require('drizzle-orm/postgres-js')
const { drizzle: drizzlePglite } = require('drizzle-orm/pglite')
const { doors } = require('./orms.doors.cjs')
const { serve } = require('./serve.cjs')

serve(doors({ knex, sequelize, typeorm, drizzle, drizzleMysql, drizzleSqlite, drizzlePostgres, drizzlePglite }))
