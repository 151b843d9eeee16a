'use strict'

const http = require('node:http')

/** One hole for each library; each is imported by the app in its own way. */
exports.serve = ({ axios, got, nodeFetch, undici, execa, execaCommand, crossSpawn }) => {
  const routes = {
    '/axios': async (v) => String((await axios.get(v)).data),
    '/axiosConfig': async (v) => String((await axios({ baseURL: v, url: '/inside', method: 'get' })).data),
    '/got': async (v) => (await got(v, { retry: { limit: 0 } })).body,
    '/gotStream': (v) =>
      new Promise((resolve, reject) => {
        let text = ''
        const stream = got.stream(v, { retry: { limit: 0 } })
        stream
          .on('data', (chunk) => (text += chunk))
          .on('end', () => resolve(text))
          .on('error', reject)
      }),
    '/nodeFetch': async (v) => (await nodeFetch(v)).text(),
    '/undiciRequest': async (v) => (await undici.request(v)).body.text(),
    '/undiciFetch': async (v) => (await undici.fetch(v)).text(),
    '/undiciClient': async (v) => {
      const client = new undici.Client(new URL(v).origin)
      const { body } = await client.request({ path: new URL(v).pathname, method: 'GET' })
      return body.text()
    },
    '/undiciRedirect': async (v) => {
      const dispatcher = new undici.Agent().compose(undici.interceptors.redirect({ maxRedirections: 3 }))
      return (await undici.request(v, { dispatcher })).body.text()
    },

    '/execaText': async (v) => (await execa(`echo hello ${v}`, { shell: true })).stdout,
    '/execaArgs': async (v) => (await execa('echo', ['hello', v])).stdout,
    '/execaSync': async (v) => execaCommand(`echo hello ${v}`, { shell: true }).stdout,
    '/crossSpawn': (v) => collect(crossSpawn(`echo hello ${v}`, { shell: true })),
    '/crossSpawnArgs': (v) => collect(crossSpawn('echo', ['hello', v])),
    '/crossSpawnSync': async (v) => {
      const { error, stdout } = crossSpawn.sync(`echo hello ${v}`, { shell: true })
      if (error) throw error
      return String(stdout)
    },
    '/ok': async () => 'ok',
  }
  const collect = (child) =>
    new Promise((resolve, reject) => {
      let text = ''
      child.stdout.on('data', (chunk) => (text += chunk))
      child.on('close', () => resolve(text)).on('error', reject)
    })
  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost')
    try {
      response.end(await routes[url.pathname](url.searchParams.get('v')))
    } catch (error) {
      response.statusCode = 500
      response.end(`failed: ${error.message}`)
    }
  })
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
  process.on('message', async () => {
    const { monitor } = await import('@riposte/monitor')
    process.send({ status: monitor.status(), explain: monitor.explain() })
  })
  process.on('disconnect', () => process.exit(0))
}
