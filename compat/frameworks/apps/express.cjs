'use strict'

const http = require('node:http')
const { listen } = require('./start.cjs')
const { cookieOf, nestedOf } = require('./read.cjs')

exports.modules = ['express', 'multer']

exports.serve = ({ express, multer }, { ask, bound }) => {
  const app = express()
  const upload = multer({ storage: multer.memoryStorage() })
  app.use(express.json(), express.urlencoded({ extended: true }), express.text({ type: ['text/*', 'application/xml'] }))
  const answer = (find) => (request, response, next) => {
    ask(find(request)).then((rows) => response.json(rows), next)
  }
  app.get(
    '/query',
    answer((request) => request.query.name),
  )
  app.get(
    '/list',
    answer((request) => request.query.name[1]),
  )
  app.get(
    '/nested',
    answer((request) => nestedOf(request.url)),
  )
  const router = express.Router()
  router.get(
    '/:name',
    answer((request) => request.params.name),
  )
  app.use('/param', router)
  app.get(
    '/header',
    answer((request) => request.get('x-name')),
  )
  app.get(
    '/cookie',
    answer((request) => cookieOf(request.headers.cookie)),
  )
  app.post(
    '/json',
    answer((request) => request.body.filter[0].name),
  )
  app.post(
    '/form',
    answer((request) => request.body.name),
  )
  app.post(
    '/text',
    answer((request) => request.body),
  )
  app.post(
    '/field',
    upload.any(),
    answer((request) => request.body.name),
  )
  app.post(
    '/file-name',
    upload.any(),
    answer((request) => request.files[0].originalname),
  )
  app.post(
    '/file-text',
    upload.any(),
    answer((request) => request.files[0].buffer.toString()),
  )
  app.get('/bound', (request, response, next) => {
    bound(request.query.name).then((rows) => response.json(rows), next)
  })
  app.get('/ok', (_request, response) => response.json({ ok: true }))
  return listen(http.createServer(app))
}
