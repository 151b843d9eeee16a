'use strict'

const http = require('node:http')

/** One hole for each way to compile; each engine is imported by the app in its own way. */
exports.serve = ({ ejs, pug, Handlebars, nunjucks, lodash, lodashTemplate, olderEjs }) => {
  Handlebars.registerHelper('secret', () => process.env.SECRET)
  const own = Handlebars.create()
  own.registerHelper('secret', () => process.env.SECRET)
  const data = { name: 'Maya', t: (text) => text }
  const environment = nunjucks.configure({ autoescape: true })
  const bracketed = new nunjucks.Environment(null, { tags: { variableStart: '<$', variableEnd: '$>' } })
  const later = (work) =>
    new Promise((resolve, reject) => work((error, text) => (error ? reject(error) : resolve(text))))
  const text = (v) => `<p>Hello ${v}, you are <%= name %></p>`
  const mustache = (v) => `<p>Hello ${v}, you are {{name}}</p>`
  const lines = (v) => `div\n  p Hello ${v}, you are #{name}\n  p end`
  const routes = {
    '/ejs/compile': (v) => ejs.compile(text(v))(data),
    '/ejs/render': (v) => ejs.render(text(v), data),
    '/ejs/template': (v) => new ejs.Template(text(v), {}).compile()(data),
    '/ejs/async': (v) => ejs.render(text(v), data, { async: true }),
    '/ejs/older': (v) => olderEjs.render(text(v), data),
    '/ejs/brackets': (v) =>
      ejs.render(`[?= name ?] ${v}`, data, { delimiter: '?', openDelimiter: '[', closeDelimiter: ']' }),
    '/ejs/quoted': (v) => ejs.render(`<%= t("${v}") %>`, data),
    '/pug/compile': (v) => pug.compile(lines(v))(data),
    '/pug/render': (v) => pug.render(lines(v), data),
    '/pug/callback': (v) => later((done) => pug.render(lines(v), data, done)),
    '/pug/client': (v) => pug.compileClient(lines(v)),
    '/pug/attribute': (v) => pug.render(`a(title="${v}") x`, data),
    '/handlebars/compile': (v) => Handlebars.compile(mustache(v))(data),
    '/handlebars/own': (v) => own.compile(mustache(v))(data),
    '/handlebars/precompile': (v) => String(Handlebars.precompile(mustache(v))),
    '/nunjucks/string': (v) => nunjucks.renderString(mustache(v), data),
    '/nunjucks/callback': (v) => later((done) => environment.renderString(mustache(v), data, done)),
    '/nunjucks/compile': (v) => nunjucks.compile(mustache(v)).render(data),
    '/nunjucks/template': (v) => new nunjucks.Template(mustache(v), environment).render(data),
    '/nunjucks/brackets': (v) => bracketed.renderString(`<$ name $> ${v}`, data),
    '/nunjucks/precompile': (v) => nunjucks.precompileString(mustache(v), { name: 'x' }),
    '/lodash/template': (v) => lodash.template(text(v))(data),
    '/lodash/copy': (v) => lodash.runInContext().template(text(v))(data),
    '/lodash/package': (v) => lodashTemplate(text(v))(data),
    '/lodash/braces': (v) => lodash.template(`{{ name }} ${v}`, { interpolate: /\{\{([\s\S]+?)\}\}/g })(data),
    '/data': (v) =>
      [
        ejs.render('<%= v %>', { v }),
        pug.render('p= v', { v }),
        Handlebars.compile('{{v}}')({ v }),
        nunjucks.renderString('{{ v }}', { v }),
        lodash.template('<%- v %>')({ v }),
      ].join('\n'),
  }
  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost')
    const route = routes[url.pathname]
    try {
      response.end(route ? await route(url.searchParams.get('v')) : 'ok')
    } catch (error) {
      response.statusCode = 500
      response.end(String(error?.message ?? error))
    }
  })
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
  process.on('message', async () => {
    const { monitor } = await import('@riposte/monitor')
    process.send({ status: monitor.status(), explain: monitor.explain() })
  })
  process.on('disconnect', () => process.exit(0))
}
