import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { guardedRequest, isForbiddenAddress } from './guarded-request.ts'

let seen: { method: string | undefined; body: string }[] = []
const server = http.createServer((request, response) => {
  let body = ''
  request.on('data', (chunk: Buffer) => (body += chunk.toString()))
  request.on('end', () => {
    seen.push({ method: request.method, body })
    if (request.url === '/long') response.end('x'.repeat(5_000))
    else if (request.url === '/never') return
    else if (request.url === '/elsewhere') response.writeHead(302, { location: 'http://169.254.169.254/' }).end()
    else response.end(`you sent ${body}`)
  })
})
let base: string
beforeAll(async () => {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

test('what is sent arrives, and the answer comes back', async () => {
  seen = []
  expect(await guardedRequest({ method: 'POST', url: `${base}/`, body: 'hä' })).toEqual({
    status: 200,
    body: 'you sent hä',
  })
  expect(seen).toEqual([{ method: 'POST', body: 'hä' }])
})

test('a redirect is an answer like any other', async () => {
  expect((await guardedRequest({ method: 'GET', url: `${base}/elsewhere` })).status).toBe(302)
})

test('too long and too late are errors that say so', async () => {
  await expect(guardedRequest({ method: 'GET', url: `${base}/long`, mostBytes: 4_999 })).rejects.toThrow(
    /longer than 4999/,
  )
  expect((await guardedRequest({ method: 'GET', url: `${base}/long`, mostBytes: 5_000 })).body).toHaveLength(5_000)
  await expect(guardedRequest({ method: 'GET', url: `${base}/never`, timeoutMs: 50 })).rejects.toThrow(/did not answer/)
})

test.each([
  'http://169.254.169.254/latest/meta-data/',
  'http://[fe80::1]/',
  'http://0.0.0.0:1/',
  'http://[::ffff:169.254.169.254]/',
  'http://2852039166/',
  'ftp://example.org/',
])('%s is never called', async (url) => {
  await expect(guardedRequest({ method: 'GET', url })).rejects.toThrow(/never called|Only http/)
})

test.each([
  ['169.253.255.255', false],
  ['169.254.0.0', true],
  ['169.255.0.0', false],
  ['223.255.255.255', false],
  ['224.0.0.0', true],
  ['10.0.0.1', false],
  ['::1', false],
  ['::', true],
  ['febf::1', true],
  ['fec0::1', false],
])('%s is forbidden: %s', (address, forbidden) => {
  expect(isForbiddenAddress(address)).toBe(forbidden)
})
