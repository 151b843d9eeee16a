import { monitor } from '@riposte/monitor'
import { Router } from 'express'
import { Query } from 'mingo'
import { textOf } from './text-of.ts'

export const visitors = Router()

const wishes = [
  { owner: 'maya', product: 'Trail lamp' },
  { owner: 'noah', product: 'Tea kettle' },
  { owner: 'lena', product: 'Blanket' },
]

/** Wishes lie in a document store of its own, whose queries the SDK does not know: the shop asks it itself. */
visitors.get('/wishes', (request, response) => {
  const filter = { owner: request.query['owner'] ?? '' }
  const refusal = monitor.check('nosql', { filter })
  if (refusal) throw refusal
  response.json(new Query(filter).find(wishes).all())
})

/** A greeting that is put together as code. */
visitors.get('/greeting', (request, response) => {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- a hole, on purpose
  const greet = new Function('process', `return "Hello, ${textOf(request.query['name'], 'stranger')}!"`) as (
    process: NodeJS.Process,
  ) => string
  response.type('text/plain').send(greet(process))
})
