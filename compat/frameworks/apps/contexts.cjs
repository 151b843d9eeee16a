'use strict'

const { EventEmitter, once } = require('node:events')
const http = require('node:http')
const { PassThrough, Readable } = require('node:stream')
const { pipeline } = require('node:stream/promises')
const timers = require('node:timers/promises')
const { promisify } = require('node:util')
const { MessageChannel, Worker } = require('node:worker_threads')
const { listen } = require('./start.cjs')

exports.modules = []

const nap = promisify((milliseconds, done) => setTimeout(done, milliseconds))

/** Ways from the request to the database that take a turn somewhere. Each answers with what the database says. */
const ways = (ask) => ({
  '/timeout': (name) => new Promise((resolve) => setTimeout(() => resolve(ask(name)), 5)),
  '/immediate': (name) => new Promise((resolve) => setImmediate(() => resolve(ask(name)))),
  '/tick': (name) => new Promise((resolve) => process.nextTick(() => resolve(ask(name)))),
  '/microtask': (name) => new Promise((resolve) => queueMicrotask(() => resolve(ask(name)))),
  '/interval': async (name) => {
    for await (const _ of timers.setInterval(2)) return ask(name)
  },
  '/promisified': (name) => nap(2).then(() => ask(name)),
  '/emitter': async (name) => {
    const emitter = new EventEmitter()
    setTimeout(() => emitter.emit('go', name), 2)
    const [given] = await once(emitter, 'go')
    return ask(given)
  },
  '/stream': async (name) => {
    let given = ''
    await pipeline(Readable.from([name]), new PassThrough(), async (source) => {
      for await (const chunk of source) given += chunk
    })
    return ask(given)
  },
  '/thenable': (name) => ({ then: (resolve, reject) => ask(name).then(resolve, reject) }),
  '/generator': async (name) => {
    async function* names() {
      await nap(1)
      yield name
    }
    for await (const given of names()) return ask(given)
  },
  '/all': (name) => Promise.all([nap(1), ask(name)]).then(([, rows]) => rows),
})

/** Work that comes by other ways than HTTP, whose values the app names. */
const named = (monitor, ask) => ({
  '/message': (name) => monitor.runWithInputs({ name }, () => ask(name)),
  '/message-later': (name) =>
    monitor.runWithInputs({ job: { name } }, async () => {
      await nap(2)
      return new Promise((resolve) => setTimeout(() => resolve(ask(name)), 1))
    }),
  '/message-list': (name) => monitor.runWithInputs([{ source: 'queue', path: 'name', value: name }], () => ask(name)),
})

/** A thread of its own has its own Monitor, to which the values that it is given are named. */
const worker = `
  const { parentPort } = require('node:worker_threads')
  require('@riposte/monitor/register')
  const { monitor } = require('@riposte/monitor')
  const { Pool } = require('pg')
  const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 1 })
  parentPort.on('message', ({ name, port }) => {
    monitor.runWithInputs({ name }, async () => {
      const statement = "select secret from account where name = '" + name + "'"
      const answer = await pool.query(statement).then(({ rows }) => rows, (error) => ({ error: error.code }))
      port.postMessage(answer)
      port.close()
    })
  })`

exports.serve = async (_modules, { ask }) => {
  const { monitor } = await import('@riposte/monitor')
  const thread = new Worker(worker, { eval: true, stdout: true, stderr: true })
  const inThread = (name) =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel()
      port1.once('message', (rows) => resolve(rows))
      thread.postMessage({ name, port: port2 }, [port2])
    })
  const web = ways(ask)
  const outside = named(monitor, ask)
  // As a queue's consumer: nothing of a request is about.
  const jobs = new EventEmitter()
  jobs.on('job', ({ path, name, done }) => {
    Promise.resolve(path === '/worker' ? inThread(name) : outside[path](name)).then(done, (error) =>
      done({ error: error.code }),
    )
  })
  const queue = []
  setInterval(() => queue.splice(0).forEach((job) => jobs.emit('job', job)), 2)

  const server = http.createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://app')
    const name = searchParams.get('name')
    const answer = (value) => response.end(JSON.stringify(value))
    if (web[pathname]) Promise.resolve(web[pathname](name)).then(answer, (error) => answer({ error: error.code }))
    else queue.push({ path: pathname, name, done: answer })
  })
  return listen(server)
}
