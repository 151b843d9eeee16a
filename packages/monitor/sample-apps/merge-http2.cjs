'use strict'
// A merge of the app's own, over HTTP/2: by streams, or by the interface that is like HTTP/1.
if (process.env.GUARDED !== 'no') require('@riposte/monitor/register')
const http2 = require('node:http2')

function merge(target, source) {
  for (const name of Object.keys(source)) {
    if (typeof source[name] === 'object' && typeof target[name] === 'object') merge(target[name], source[name])
    else target[name] = source[name]
  }
  return target
}
const answer = (body) => {
  merge({}, JSON.parse(body))
  return JSON.stringify({ isAdmin: {}.isAdmin ?? null })
}
function read(readable, done) {
  let body = ''
  readable.on('data', (chunk) => (body += chunk))
  readable.on('end', () => done(body))
}

const server = http2.createServer()
if (process.env.FORM === 'streams')
  server.on('stream', (stream) =>
    read(stream, (body) => {
      const text = answer(body)
      stream.respond({ ':status': 200, 'content-type': 'application/json' })
      stream.end(text)
    }),
  )
else
  server.on('request', (request, response) =>
    read(request, (body) => {
      response.setHeader('content-type', 'application/json')
      response.end(answer(body))
    }),
  )
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('disconnect', () => process.exit(0))
