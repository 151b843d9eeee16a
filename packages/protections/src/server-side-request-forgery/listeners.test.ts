import fc from 'fast-check'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { detect } from './detect.ts'
import { carrying, ipv4Notation } from './notations.ts'

/** Which hosts really lead a client to this machine: asked of listeners, not of a list. */
const servers: http.Server[] = []
let port = 0

const answer = (_: http.IncomingMessage, response: http.ServerResponse): void => void response.end('inside')

function listen(at: number, host: string): Promise<http.Server | null> {
  return new Promise((resolve) => {
    const server = http.createServer(answer)
    server.once('error', () => resolve(null))
    server.listen(at, host, () => resolve(server))
  })
}

/** Below the ports that connections leave from, so that no listener is met by chance. */
async function listenEverywhere(): Promise<number> {
  for (let candidate = 23_450; candidate < 24_450; candidate += 7) {
    const first = await listen(candidate, '127.0.0.1')
    if (!first) continue
    servers.push(first)
    for (const host of ['127.0.0.2', '127.9.8.7', '::1']) {
      const server = await listen(candidate, host)
      if (server) servers.push(server)
    }
    return (first.address() as AddressInfo).port
  }
  throw new Error('no free port')
}

beforeAll(async () => {
  port = await listenEverywhere()
})
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

function reaches(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get(url, { timeout: 1_000, agent: false }, (response) => {
      response.resume()
      resolve(true)
    })
    request.on('timeout', () => request.destroy(new Error('late')))
    request.on('error', () => resolve(false))
  })
}

/** No test leaves the machine. */
const carriedHere = (bytes: [number, number, number, number]): fc.Arbitrary<string> =>
  carrying(bytes).filter((host) => /ffff/i.test(host))

const hosts = fc.oneof(
  fc
    .constantFrom<[number, number, number, number]>([127, 0, 0, 1], [127, 0, 0, 2], [127, 9, 8, 7], [0, 0, 0, 0])
    .chain((bytes) =>
      fc.oneof({ weight: 3, arbitrary: ipv4Notation(bytes) }, { weight: 1, arbitrary: carriedHere(bytes) }),
    ),
  fc.constantFrom(
    '[::1]',
    '[0::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    'localhost',
    'LocalHost',
    'ⓛocalhost',
    'loc\u00adalhost',
  ),
)

describe('held against listeners on this machine', () => {
  it('every host that reaches one is found, as URL and alone', async () => {
    const missed: string[] = []
    let reached = 0
    for (const host of fc.sample(hosts, { numRuns: 200, seed: 31 })) {
      const url = `http://${host}:${port}/`
      if (!(await reaches(url))) continue
      reached += 1
      for (const [text, value] of [
        [url, url],
        [url, host],
        [new URL(url).href, host],
        [new URL(url).href, encodeURIComponent(url)],
      ] as const) {
        if (!detect({ kind: 'request', url: text }, [{ source: 'query', path: 'u', value }]))
          missed.push(`${text} ${value}`)
      }
    }
    expect(reached).toBeGreaterThan(80)
    expect(missed).toEqual([])
  }, 60_000)
})
