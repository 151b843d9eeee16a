import { Router } from 'express'
import { pool } from './database.ts'
import { textOf } from './text-of.ts'

export const products = Router()

/** Search, with a sort column of the visitor's choice. */
products.get('/products', async (request, response) => {
  const term = textOf(request.query['q'], '')
  const { rows } = await pool.query(
    `select id, name, category, price_cents, stock from product where not hidden and name ilike '%${term}%' order by ${sortColumn(request.query['sort'])}`,
  )
  response.json(rows)
})

const sortable = ['name', 'price_cents', 'stock']
const sortColumn = (asked: unknown): string => (typeof asked === 'string' && sortable.includes(asked) ? asked : 'name')

products.get('/products/:id', async (request, response) => {
  const { rows } = await pool.query(
    'select id, name, category, price_cents, stock from product where not hidden and id = $1',
    [Number.parseInt(request.params.id, 10) || 0],
  )
  if (rows.length === 0) return void response.status(404).json({ error: 'No such product' })
  response.json(rows[0])
})

products.get('/products/:id/reviews', async (request, response) => {
  const { rows } = await pool.query(
    `select author, stars, body from review where product_id = ${request.params.id} order by id desc limit 20`,
  )
  response.json(rows)
})

/** A review shows up in the page below exactly as it was written. */
products.post('/products/:id/reviews', async (request, response) => {
  const { author, stars, body } = request.body as { author?: string; stars?: number; body?: string }
  await pool.query('insert into review (product_id, author, stars, body) values ($1, $2, $3, $4)', [
    Number.parseInt(request.params.id, 10) || 0,
    author ?? 'A customer',
    Math.min(5, Math.max(1, Number(stars) || 5)),
    body ?? '',
  ])
  response.status(201).json({ ok: true })
})

products.get('/products/:id/page', async (request, response) => {
  const id = Number.parseInt(request.params.id, 10) || 0
  const product = await pool.query<{ name: string }>('select name from product where not hidden and id = $1', [id])
  const reviews = await pool.query<{ author: string; body: string }>(
    'select author, body from review where product_id = $1 order by id desc limit 20',
    [id],
  )
  const items = reviews.rows.map((review) => `<li><b>${review.author}</b>: ${review.body}</li>`).join('')
  response
    .type('html')
    .send(
      `<!doctype html><title>${product.rows[0]?.name ?? 'Product'}</title><h1>${product.rows[0]?.name ?? 'No such product'}</h1><ul>${items}</ul>`,
    )
})
