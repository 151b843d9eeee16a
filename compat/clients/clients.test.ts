import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSample, type Sample } from '../../packages/monitor/src/testing/start-sample.ts'
import { install } from './support/install.ts'

const inside = http.createServer((request, response) => {
  if (request.url?.startsWith('/to-metadata')) {
    response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' })
    response.end()
  } else response.end(`inside ${request.url ?? ''}`)
})
let url = ''
beforeAll(async () => {
  install()
  await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(inside.address() as AddressInfo).port}`
})
afterAll(() => void inside.close())

const start = (file: string, protections: unknown): Promise<Sample> =>
  startSample({
    file: path.join(import.meta.dirname, 'apps', file),
    config: { protections, logging: { level: 'error' } },
  })
const at = (route: string, value: string): string => `${route}?v=${encodeURIComponent(value)}`

const calls = [
  ...['/axios', '/axiosConfig', '/got', '/gotStream', '/nodeFetch', '/undiciRequest', '/undiciFetch'],
  ...['/undiciClient'],
]
/** Those that follow a redirect by themselves. */
const following = ['/axios', '/got', '/nodeFetch', '/undiciFetch', '/undiciRedirect']
const programs = ['/execaText', '/execaSync', '/crossSpawn', '/crossSpawnSync']

describe.each(['app.cjs', 'app.mjs'])('%s', (file) => {
  let app: Sample
  beforeAll(async () => {
    app = await start(file, {})
  })
  afterAll(() => app.stop())

  test.each(calls)('%s does not call an address inside', async (route) => {
    const { status, text } = await app.get(at(route, `${url}/inside`))
    expect({ status, text }).toEqual({ status: 403, text: expect.not.stringContaining('inside') as string })
    expect((await app.get('/ok')).text).toBe('ok')
  })

  test.each(programs)('%s runs no second command', async (route) => {
    expect((await app.get(at(route, '; echo pwned-$((6*7))'))).status).toBe(403)
    expect((await app.get(at(route, 'maya'))).text).toContain('hello maya')
    expect((await app.get('/ok')).text).toBe('ok')
  })

  test.each(['/execaArgs', '/crossSpawnArgs'])('%s takes any text as one argument', async (route) => {
    expect((await app.get(at(route, 'a; b && $(c)'))).text.trim()).toBe('hello a; b && $(c)')
  })

  test('nothing of ours went wrong on the way', async () => {
    const { status } = await app.ask()
    expect(status.counters['bugs']).toBe(0)
    expect(status.hooks.filter(({ state }) => state === 'failed' || state === 'late')).toEqual([])
  })
})

describe('redirects', () => {
  let app: Sample
  beforeAll(async () => {
    app = await start('app.mjs', { ServerSideRequestForgery: { config: { allowLocalhost: true } } })
  })
  afterAll(() => app.stop())

  test.each(following)('%s does not follow one to a metadata service', async (route) => {
    expect((await app.get(at(route, `${url}/inside`))).text).toBe('inside /inside')
    expect((await app.get(at(route, `${url}/to-metadata`))).status).toBe(403)
  })
})

test('without blocking, every one of these attacks works: the holes are real', async () => {
  const none = { action: 'none' }
  const app = await start('app.mjs', { ServerSideRequestForgery: none, CommandInjection: none })
  for (const route of calls) {
    const { status, text } = await app.get(at(route, route === '/axiosConfig' ? url : `${url}/inside`))
    expect({ route, status, text }).toEqual({ route, status: 200, text: 'inside /inside' })
  }
  for (const route of programs)
    expect((await app.get(at(route, '; echo pwned-$((6*7))'))).text, route).toContain('pwned-42')
  await app.stop()
})
