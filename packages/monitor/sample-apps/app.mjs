// The same shop as an ES module, with no flag.
import '@riposte/monitor/register'
import express5 from 'express'
import express4 from 'express4'
import pg from 'pg'
import routes from './routes.cjs'

routes.routes(
  process.env.EXPRESS === 'express4' ? express4 : express5,
  new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.POOL || 5) }),
)
