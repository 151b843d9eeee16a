import { Router } from 'express'
import { pool } from './database.ts'

export const account = Router()

interface Customer {
  id: number
  email: string
  name: string
}

account.post('/login', async (request, response) => {
  const { email, password } = request.body as { email?: string; password?: string }
  const { rows } = await pool.query<Customer>(
    `select id, email, name from customer where email = '${email ?? ''}' and password = '${password ?? ''}'`,
  )
  const customer = rows[0]
  if (!customer) return void response.status(401).json({ error: 'Wrong e-mail or password' })
  response.json({ customer })
})

account.get('/orders/:id', async (request, response) => {
  const { rows } = await pool.query(
    `select o.id, o.placed_at, o.quantity, p.name as product from purchase o join product p on p.id = o.product_id where o.id = ${request.params.id}`,
  )
  if (rows.length === 0) return void response.status(404).json({ error: 'No such order' })
  response.json(rows.length === 1 ? rows[0] : rows)
})

account.get('/orders', async (request, response) => {
  const { rows } = await pool.query(
    'select id, placed_at, quantity from purchase where customer_id = $1 order by placed_at',
    [Number(request.query['customer']) || 0],
  )
  response.json(rows)
})
