// Sends a fixed number of requests over a fixed number of kept connections and says how long they took.
import { Buffer } from 'node:buffer'
import http from 'node:http'

const agents = new Map()

function agentFor(port, connections) {
  const known = agents.get(port)
  if (known) return known
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections })
  agents.set(port, agent)
  return agent
}

const fill = (text, index) => text.replaceAll('{i}', String(index % 1_000))

function one(job, index) {
  return new Promise((resolve, reject) => {
    const body = job.body === undefined ? undefined : fill(job.body, index)
    const started = process.hrtime.bigint()
    const request = http.request(
      {
        host: '127.0.0.1',
        port: job.port,
        agent: agentFor(job.port, job.connections),
        method: body === undefined ? 'GET' : 'POST',
        path: fill(job.path, index),
        headers: {
          accept: 'application/json',
          'user-agent': 'bench',
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        },
      },
      (response) => {
        response.resume()
        response.on('end', () => {
          resolve({ status: response.statusCode, micros: Number(process.hrtime.bigint() - started) / 1_000 })
        })
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

async function run(job) {
  let next = 0
  let failed = 0
  const micros = []
  const lane = async () => {
    while (next < job.requests) {
      const answer = await one(job, next++)
      micros.push(answer.micros)
      if (answer.status !== 200) failed++
    }
  }
  await Promise.all(Array.from({ length: job.connections }, lane))
  micros.sort((a, b) => a - b)
  return { medianMicros: micros[Math.floor(micros.length / 2)], failed }
}

process.on('message', async ({ id, job }) => {
  try {
    process.send({ id, answer: await run(job) })
  } catch (error) {
    process.send({ id, error: error.message })
  }
})
process.on('disconnect', () => process.exit(0))
