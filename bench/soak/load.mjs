// Mixed load at a fixed pace for a fixed time: each kind of request with the answer that it must get.
import { Buffer } from 'node:buffer'
import http from 'node:http'
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'

const kept = new http.Agent({ keepAlive: true, maxSockets: 6 })

/** The same numbers for the same seed. */
function random(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const words = [
  "it's",
  'brass',
  'Müller',
  '50%',
  'a--b',
  '灯',
  'oak & co',
  '(two)',
  'x=y',
  'or',
  'and 1',
  "O'Brien",
  '日本;',
]

const kinds = {
  json: { weight: 100, make: (any) => ({ path: `/json?name=${any.text()}` }) },
  pg: { weight: 200, make: (any) => ({ path: `/pg?name=${any.text()}` }) },
  pg_inlined: { weight: 150, make: (any) => ({ path: `/pg-inlined?name=${any.text()}` }) },
  post: { weight: 100, make: (any) => json('/pg-inlined', any.document(10)) },
  post_large: { weight: 10, make: (any) => json('/pg-inlined', any.document(1_000)) },
  form: {
    weight: 40,
    make: (any) => ({
      ...{ path: `/json?name=${any.text()}`, method: 'GET' },
      headers: { cookie: `session=${any.id()}; theme=${any.text()}` },
    }),
  },
  upload: {
    weight: 40,
    make: (any) => ({
      ...{ path: '/upload', body: Buffer.alloc(20_000 + any.number(100_000), 'x') },
      type: 'application/octet-stream',
    }),
  },
  multipart: {
    weight: 40,
    make: (any) => ({
      ...{ path: '/upload', type: 'multipart/form-data; boundary=edge' },
      body: Buffer.from(
        `--edge\r\ncontent-disposition: form-data; name="file"; filename="${any.id()}.txt"\r\n\r\n${any.words(50)}\r\n--edge--\r\n`,
      ),
    }),
  },
  aborted_upload: {
    weight: 40,
    make: (any) => ({
      ...{ path: '/upload', body: Buffer.alloc(10_000 + any.number(50_000), 'x'), abortAfter: 'half' },
      type: 'application/octet-stream',
    }),
  },
  aborted_json: { weight: 20, make: (any) => ({ ...json('/pg-inlined', any.document(50)), abortAfter: 'half' }) },
  aborted_answer: { weight: 20, make: (any) => ({ path: `/pg?name=${any.text()}`, abortAfter: 'sent' }) },
  file: { weight: 100, make: (any) => ({ path: `/file?name=lamp-${any.number(1_000)}.txt` }) },
  fetch: { weight: 60, make: (any) => ({ path: `/fetch?name=${any.text()}` }) },
  exec: { weight: 3, make: (any) => ({ path: `/exec?name=lamp-${any.id()}` }) },
  sql_attack: {
    ...{ weight: 20, expected: 403 },
    make: (any) => ({ path: `/pg-hole?name=${encodeURIComponent(`x${any.id()}' or '1'='1`)}` }),
  },
  body_attack: {
    ...{ weight: 10, expected: 403 },
    make: (any) => ({ path: `/pg-hole?name=${encodeURIComponent(`${any.id()}' union select 1,'a',2 --`)}` }),
  },
  file_attack: { weight: 10, expected: 403, make: () => ({ path: '/file?name=../outside/secret.txt' }) },
  fetch_attack: {
    ...{ weight: 5, expected: 403 },
    make: (any, upstream) => ({ path: `/fetch-hole?url=${encodeURIComponent(`${upstream}/${any.id()}`)}` }),
  },
  exec_attack: { weight: 3, expected: 403, make: (any) => ({ path: `/exec-hole?name=${any.id()};id` }) },
}

const json = (path, document) => ({ path, body: Buffer.from(JSON.stringify(document)), type: 'application/json' })

/** What a visitor may have written. */
function anything(next) {
  const number = (most) => Math.floor(next() * most)
  const id = () => number(2 ** 31).toString(36)
  const pick = () => words[number(words.length)]
  const some = (count) => Array.from({ length: count }, () => `${pick()} ${id()}`).join(' ')
  return {
    ...{ number, id, words: some },
    text: () => encodeURIComponent(some(1 + number(3))),
    document: (lines) => ({
      name: some(2),
      lines: Array.from({ length: 1 + number(lines) }, () => ({ title: some(2), quantity: number(9) })),
    }),
  }
}

function send(port, { path, body, type, headers, abortAfter }, keep) {
  return new Promise((resolve) => {
    const request = http.request(
      {
        ...{ host: '127.0.0.1', port, path, method: body ? 'POST' : 'GET' },
        agent: keep ? kept : false,
        headers: {
          ...{ accept: 'application/json', 'user-agent': 'soak', ...headers },
          ...(body ? { 'content-type': type, 'content-length': body.length } : {}),
        },
      },
      (response) => {
        if (abortAfter === 'sent') {
          response.destroy()
          resolve('aborted')
          return
        }
        response.resume()
        response.on('end', () => resolve(response.statusCode))
        response.on('error', (error) => resolve(error.code ?? 'failed'))
      },
    )
    request.on('error', (error) => resolve(abortAfter ? 'aborted' : (error.code ?? 'failed')))
    if (abortAfter === 'half') {
      request.write(body.subarray(0, body.length >> 1), () => request.destroy())
    } else request.end(body)
  })
}

function pickKind(next) {
  const all = Object.entries(kinds)
  let place = next() * all.reduce((sum, [, { weight }]) => sum + weight, 0)
  return all.find(([, { weight }]) => (place -= weight) < 0) ?? all[0]
}

async function run({ port, upstream, milliseconds, perSecond, seed }) {
  const next = random(seed)
  const any = anything(next)
  const counts = {}
  const wrong = []
  const under = new Set()
  const started = performance.now()
  let sent = 0
  for (;;) {
    const passed = performance.now() - started
    if (passed >= milliseconds) break
    if (sent >= (passed / 1_000) * perSecond || under.size >= 32) {
      await wait(2)
      continue
    }
    const [kind, { make, expected = 200 }] = pickKind(next)
    const job = make(any, upstream)
    const task = send(port, job, next() < 0.95).then((answer) => {
      counts[kind] = (counts[kind] ?? 0) + 1
      if (answer === (job.abortAfter ? 'aborted' : expected)) return
      if (wrong.length < 20) wrong.push({ kind, path: job.path.slice(0, 200), expected, answer })
    })
    sent += 1
    under.add(task)
    task.finally(() => under.delete(task))
  }
  await Promise.all(under)
  return { sent, counts, wrong }
}

process.on('message', async ({ id, job }) => {
  try {
    process.send({ id, answer: await run(job) })
  } catch (error) {
    process.send({ id, error: error.message })
  }
})
process.on('disconnect', () => process.exit(0))
