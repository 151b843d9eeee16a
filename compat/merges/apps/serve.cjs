'use strict'

const http = require('node:http')

/**
 * One route for each door: what a door gets is the body, read as JSON, or the query. `seen` is another visitor: it tells what an empty
 * object of the app has got; `clean` takes that away between two tests.
 */
exports.serve = (doors) => {
  const empty = { list: Object.keys(Array.prototype), toString: Object.prototype.toString }
  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost')
    const door = url.pathname.slice(1)
    const answer = (status, value) => {
      response.statusCode = status
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(value ?? null))
    }
    if (door === 'seen') {
      const names = []
      for (const name in {}) names.push(name)
      return answer(200, {
        polluted: names,
        list: Object.keys(Array.prototype),
        intact: {}.toString === empty.toString,
      })
    }
    if (door === 'clean') {
      Object.prototype.toString = empty.toString
      for (const owner of [Object.prototype, Array.prototype, Function.prototype])
        for (const name of Object.keys(owner)) delete owner[name]
      return answer(200, null)
    }
    if (!Object.hasOwn(doors, door)) return answer(404, 'no such door')
    try {
      const body = request.method === 'POST' ? JSON.parse(await read(request)) : url.searchParams
      const result = await doors[door](body, response)
      if (!response.writableEnded) answer(200, result)
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

const isObject = (value) => typeof value === 'object' && value !== null

/** As apps write it. */
function ownMerge(target, source) {
  for (const key in source) {
    if (isObject(source[key]) && key in target) ownMerge(target[key], source[key])
    else target[key] = source[key]
  }
  return target
}

/** `a[b][c]=1` as apps read it. */
function ownQuery(parameters) {
  const root = {}
  for (const [name, value] of parameters) {
    const path = name.split(/[[\]]+/).filter(Boolean)
    const last = path.pop()
    const at = path.reduce((parent, key) => (parent[key] ??= {}), root)
    at[last] = value
  }
  return root
}

const wait = () => new Promise((resolve) => setTimeout(resolve, 5))

/** Doors that no hook stands before: the app's own code, and how it answers. */
exports.ownDoors = {
  own: (body) => ownMerge({ theme: {} }, body),
  'own-late': async (body) => {
    await wait()
    ownMerge({}, body)
    await wait()
    return 'saved'
  },
  'own-before-file': (body) => {
    ownMerge({}, body)
    return require('node:fs').readFileSync(__filename, 'utf8').length
  },
  'own-head-first': (body, response) => {
    ownMerge({}, body)
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.write('a')
    response.end('b')
  },
  'own-no-content': (body, response) => {
    ownMerge({}, body)
    response.writeHead(204).end()
  },
  'own-moved': (body, response) => {
    ownMerge({}, body)
    response.statusCode = 302
    response.setHeader('location', '/seen')
    response.end('moved')
  },
  'own-stream': (body, response) => {
    ownMerge({}, body)
    response.write('a')
    setTimeout(() => response.end('b'), 5)
    return new Promise((resolve) => response.once('close', resolve))
  },
  'own-throws': (body) => {
    ownMerge({}, body)
    throw new Error('something of the app')
  },
  'own-query': (query) => ownQuery(query),
  'own-path': ({ path, value }) => {
    const parts = Array.isArray(path) ? path : path.split('.')
    const last = parts.pop()
    const at = parts.reduce((parent, key) => (parent[key] ??= {}), {})
    at[last] = value
    return at
  },
  // Nothing is merged: a name is only a name.
  store: (body) => JSON.stringify(body),
  assign: (body) => Object.assign({}, body),
  spread: (body) => ({ ...body }),
  checked: (body) => {
    const merge = (target, source) => {
      for (const key of Object.keys(source)) {
        if (['__proto__', 'constructor', 'prototype'].includes(key)) continue
        if (isObject(source[key])) target[key] = merge(target[key] ?? {}, source[key])
        else target[key] = source[key]
      }
      return target
    }
    return merge({}, body)
  },
}
