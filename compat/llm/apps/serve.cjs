'use strict'

const http = require('node:http')

/**
 * Serves one route for each door. What a door gets is the body, read as JSON, or the query string with its brackets read as names in
 * names; what it returns, or a promise of it, is the answer. What fails is answered with 500, as apps do.
 */
exports.serve = async (makeDoors) => {
  const doors = await makeDoors
  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost')
    const answer = (status, value) => {
      response.statusCode = status
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(value ?? null))
    }
    const door = doors[url.pathname.slice(1)]
    if (!door) return answer(404, 'no such door')
    try {
      answer(200, await door(request.method === 'POST' ? JSON.parse(await read(request)) : nested(url.searchParams)))
    } catch (error) {
      answer(500, { error: String(error?.stack ?? error) })
    }
  })
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
  process.on('message', async () => {
    const { monitor } = await import('@riposte/monitor')
    process.send({ status: monitor.status() })
  })
  process.on('disconnect', () => process.exit(0))
}

async function read(request) {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

/** `user[name]=x` is `{user: {name: 'x'}}`. */
function nested(parameters) {
  const root = {}
  for (const [name, value] of parameters) {
    const path = name.split(/[[\]]+/).filter(Boolean)
    const last = path.pop()
    const at = path.reduce((parent, key) => (parent[key] ??= {}), root)
    at[last] = value
  }
  return root
}
