'use strict'

const http = require('node:http')
const { listen } = require('./start.cjs')

exports.modules = ['ws']

/** Answers each message with what the database has; `/early` asks before the handshake. */
exports.serve = (modules, { ask, bound }) => {
  const { WebSocketServer } = modules.ws
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: { threshold: 0, concurrencyLimit: 1 } })
  sockets.on('connection', (socket, request) => {
    const named = new URL(request.url, 'http://app').searchParams.get('name')
    const reply = (work) =>
      work.then(
        (rows) => socket.send(JSON.stringify(rows)),
        (error) => socket.send(JSON.stringify({ error: error.code })),
      )
    socket.on('message', (data) => {
      const text = data.toString()
      if (text === 'named') return reply(ask(named))
      const message = text.startsWith('{') ? JSON.parse(text) : { name: text }
      reply(message.bound ? bound(message.bound) : ask(message.name ?? message.list[0].name))
    })
  })
  const server = http.createServer((_request, response) => response.end('{"ok":true}'))
  server.on('upgrade', async (request, socket, head) => {
    if (request.url.startsWith('/early')) {
      try {
        await ask(new URL(request.url, 'http://app').searchParams.get('name'))
      } catch {
        socket.destroy()
        return
      }
    }
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request))
  })
  return listen(server)
}
