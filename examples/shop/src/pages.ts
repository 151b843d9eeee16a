import { Router } from 'express'
import { pool } from './database.ts'
import { textOf } from './text-of.ts'

export const pages = Router()

/** A page that says again what was looked for, exactly as it came. */
pages.get('/search', async (request, response) => {
  const term = textOf(request.query['q'], '')
  const { rows } = await pool.query<{ id: number; name: string }>(
    'select id, name from product where not hidden and name ilike $1 order by name',
    [`%${term}%`],
  )
  const items = rows.map(({ id, name }) => `<li><a href="/products/${id}/page">${name}</a></li>`).join('')
  response
    .type('html')
    .send(`<!doctype html><title>Search</title><h1>Results for ${term}</h1><ul>${items || '<li>Nothing found'}</ul>`)
})

/** Counts who left for a partner, and sends them on to wherever the address says. */
pages.get('/go', (request, response) => {
  response.redirect(textOf(request.query['to'], '/'))
})

interface Tree {
  [name: string]: unknown
}

const preferences: Tree = { mail: { offers: false, orders: true }, currency: 'EUR' }

/** Merges what comes into what is there, name by name, whatever the names are. */
function mergeInto(target: Tree, source: Tree): Tree {
  for (const name of Object.keys(source)) {
    const value = source[name]
    const own = target[name]
    if (isTree(value) && isTree(own)) mergeInto(own, value)
    else target[name] = value
  }
  return target
}

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null

pages.post('/preferences', (request, response) => {
  response.json(mergeInto(preferences, request.body as Tree))
})

/** A customer with every column that the table has. */
pages.get('/customers/:id', async (request, response) => {
  const { rows } = await pool.query('select * from customer where id = $1', [
    Number.parseInt(request.params.id, 10) || 0,
  ])
  if (rows.length === 0) return void response.status(404).json({ error: 'No such customer' })
  response.json(rows[0])
})
