'use strict'

const http = require('node:http')
const { finished, pipeline, Transform, Writable } = require('node:stream')
const zlib = require('node:zlib')
const { listen } = require('./start.cjs')

exports.modules = ['busboy', 'multer', 'formidable']

/** Node's own server, whose app reads bodies in every way that a stream can be read. Each tells the name in it to `tell`. */
const readers = ({ busboy, multer, formidable }) => ({
  '/data': (request, tell) => {
    let text = ''
    request.on('data', (chunk) => (text += chunk))
    request.on('end', () => tell(JSON.parse(text).name))
  },
  '/encoding': (request, tell) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk) => (text += chunk)).once('end', () => tell(JSON.parse(text).name))
  },
  '/readable': (request, tell) => {
    let text = ''
    request.on('readable', () => {
      for (let chunk = request.read(); chunk !== null; chunk = request.read()) text += chunk
    })
    request.on('end', () => tell(JSON.parse(text).name))
  },
  '/iterate': async (request, tell) => {
    let text = ''
    for await (const chunk of request) text += chunk
    tell(JSON.parse(text).name)
  },
  '/events': async (request, tell) => {
    let text = ''
    request.on('data', (chunk) => (text += chunk))
    await require('node:events').once(request, 'end')
    tell(JSON.parse(text).name)
  },
  '/late': (request, tell) => {
    setTimeout(() => readers.data(request, tell), 20)
    const readers = {
      data: () => {
        let text = ''
        request.on('data', (chunk) => (text += chunk))
        request.on('end', () => setImmediate(() => process.nextTick(() => tell(JSON.parse(text).name))))
      },
    }
  },
  '/pipe': (request, tell) => {
    const chunks = []
    const into = new Writable({
      write: (chunk, _encoding, done) => {
        chunks.push(chunk)
        setImmediate(done)
      },
    })
    request.pipe(into).on('finish', () => tell(JSON.parse(Buffer.concat(chunks)).name))
  },
  '/pipeline': (request, tell) => {
    let text = ''
    const through = new Transform({ transform: (chunk, _encoding, done) => done(null, chunk) })
    const into = new Writable({
      write: (chunk, _encoding, done) => {
        text += chunk
        done()
      },
    })
    pipeline(request, through, into, () => tell(JSON.parse(text).name))
  },
  '/closed': (request, tell) => {
    let text = ''
    request.on('data', (chunk) => (text += chunk))
    finished(request, () => tell(JSON.parse(text).name))
  },
  '/gunzip': (request, tell) => {
    let text = ''
    request
      .pipe(zlib.createGunzip())
      .on('data', (chunk) => (text += chunk))
      .on('end', () => tell(JSON.parse(text).name))
  },
  '/busboy': (request, tell) => {
    const parser = busboy({ headers: request.headers })
    parser.on('file', (_field, stream, { filename }) => {
      stream.resume()
      stream.on('end', () => tell(filename))
    })
    parser.on('field', (_field, value) => tell(value))
    request.pipe(parser)
  },
  '/multer': (request, tell, response) =>
    multer({ storage: multer.memoryStorage() }).any()(request, response, (error) =>
      error ? tell('', error) : tell(request.body?.name ?? request.files[0].originalname),
    ),
  '/multer-disk': (request, tell, response) =>
    multer({ dest: process.env.UPLOADS }).any()(request, response, (error) =>
      error ? tell('', error) : tell(request.body?.name ?? request.files[0].originalname),
    ),
  '/formidable': (request, tell) => {
    const form = (formidable.formidable ?? formidable)({ uploadDir: process.env.UPLOADS })
    form.parse(request, (error, fields, files) =>
      error ? tell('', error) : tell(fields.name?.[0] ?? Object.values(files)[0]?.[0].originalFilename),
    )
  },
})

exports.serve = (modules, { ask }) => {
  const routes = readers(modules)
  let afterwards = null
  const server = http.createServer((request, response) => {
    const answer = (status, value) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    const tell = (name, error) =>
      (error ? Promise.reject(error) : ask(name)).then(
        (rows) => answer(200, rows),
        (failure) => answer(500, { error: failure.code ?? String(failure) }),
      )
    if (request.url === '/ok') return answer(200, { ok: true })
    if (request.url === '/afterwards') return answer(200, afterwards)
    if (request.url.startsWith('/finish')) {
      // Judged when the answer is out already.
      response.on('finish', () => {
        ask(new URL(request.url, 'http://app').searchParams.get('name')).then(
          (rows) => (afterwards = rows),
          (error) => (afterwards = error.code),
        )
      })
      return answer(200, { ok: true })
    }
    routes[request.url](request, tell, response)
  })
  return listen(server)
}
