'use strict'

const http = require('node:http')

/**
 * Serves one route for each door. What a door gets is the body, read as JSON; what it returns, or a promise of it, is the answer. What
 * the directory refuses is answered with 500, as apps do; a BlockedError that reaches the app shows as that.
 */
exports.serve = (doors) => {
  const server = http.createServer(async (request, response) => {
    const answer = (status, value) => {
      response.statusCode = status
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(value ?? null))
    }
    const door = doors[request.url.slice(1)]
    if (!door) return answer(404, 'no such door')
    let text = ''
    for await (const chunk of request) text += chunk
    try {
      answer(200, await door(JSON.parse(text)))
    } catch (error) {
      answer(500, { error: String(error?.message ?? error) })
    }
  })
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
  process.on('message', async () => {
    const { monitor } = await import('@riposte/monitor')
    process.send({ status: monitor.status() })
  })
  process.on('disconnect', () => process.exit(0))
}
