import pg from 'pg'

const pool = (globalThis.pool ??= new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 3 }))

export const ask = (name) => pool.query(`select secret from account where name = '${name}'`).then(({ rows }) => rows)
