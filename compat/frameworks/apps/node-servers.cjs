'use strict'

const http = require('node:http')
const http2 = require('node:http2')
const https = require('node:https')
const { listen } = require('./start.cjs')
const { cookieOf, nestedOf, readText } = require('./read.cjs')

exports.modules = ['busboy']

const psk = { psk: Buffer.from('a key for these tests only, nothing else'), identity: 'test' }
const secure = { ciphers: 'PSK', maxVersion: 'TLSv1.2', pskCallback: () => psk.psk }

/** What a route takes from the request, however its headers and its body come. */
const finders = {
  '/query': ({ search }) => search.get('name'),
  '/list': ({ search }) => search.getAll('name')[1],
  '/nested': ({ url }) => nestedOf(url),
  '/param': ({ url }) => decodeURIComponent(url.split('/')[2]),
  '/header': ({ headers }) => headers['x-name'],
  '/cookie': ({ headers }) => cookieOf(headers.cookie),
  '/json': async ({ stream }) => JSON.parse(await readText(stream)).filter[0].name,
  '/form': async ({ stream }) => new URLSearchParams(await readText(stream)).get('name'),
  '/text': ({ stream }) => readText(stream),
}

/** With the file's name or its text, or the field, whichever the route asks for. */
const uploaded = (busboy, route, { headers, stream }) =>
  new Promise((resolve, reject) => {
    const parser = busboy({ headers })
    parser.on('field', (_name, value) => resolve(value))
    parser.on('file', (_name, file, { filename }) => {
      let text = ''
      file.on('error', reject)
      file.on('data', (chunk) => (text += chunk))
      file.on('end', () => resolve(route === '/file-name' ? filename : text))
    })
    parser.on('error', reject)
    stream.pipe(parser)
  })

const handler =
  ({ busboy }, { ask, bound }) =>
  async (asked, answer) => {
    const route = `/${asked.url.split(/[/?]/)[1]}`
    try {
      const search = new URL(asked.url, 'http://app').searchParams
      if (route === '/ok') return answer(200, { ok: true })
      if (route === '/bound') return answer(200, await bound(search.get('name')))
      const find = finders[route] ?? (() => uploaded(busboy, route, asked))
      answer(200, await ask(await find({ ...asked, search })))
    } catch (error) {
      answer(500, { error: error.code ?? String(error) })
    }
  }

const classic = (handle) => (request, response) =>
  handle({ url: request.url, headers: request.headers, stream: request }, (status, value) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(value))
  })

const streaming = (handle) => (stream, headers) =>
  handle({ url: headers[':path'], headers, stream }, (status, value) => {
    stream.respond({ ':status': status, 'content-type': 'application/json' })
    stream.end(JSON.stringify(value))
  })

const servers = {
  http: (handle) => http.createServer(classic(handle)),
  https: (handle) => https.createServer(secure, classic(handle)),
  'http2, its request interface': (handle) => http2.createServer(classic(handle)),
  'http2, its stream interface': (handle) => http2.createServer().on('stream', streaming(handle)),
  'http2 over TLS, its request interface': (handle) => http2.createSecureServer(secure, classic(handle)),
  'http2 over TLS, its stream interface': (handle) => http2.createSecureServer(secure).on('stream', streaming(handle)),
}

exports.serve = (modules, database) => listen(servers[process.env.SERVER](handler(modules, database)))
