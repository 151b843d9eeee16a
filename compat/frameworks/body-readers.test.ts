import type { TestDatabase } from '@riposte/testkit'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accounts, startApp, type RunningApp } from './support/start-app.ts'

const injected = `' or 1=1 --`
const json = (name: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ name }),
})
const field = (name: string): RequestInit => {
  const body = new FormData()
  body.append('name', name)
  return { method: 'POST', body }
}
const fileName = (name: string): RequestInit => {
  const body = new FormData()
  body.append('upload', new Blob(['hello']), name)
  return { method: 'POST', body }
}
const gzipped = (name: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  body: gzipSync(JSON.stringify({ name })),
})

const ways: readonly { route: string; how: string; send: (name: string) => RequestInit }[] = [
  ...['/data', '/encoding', '/readable', '/iterate', '/events', '/late', '/pipe', '/pipeline', '/closed'].map(
    (route) => ({ route, how: 'JSON', send: json }),
  ),
  ...['/busboy', '/multer', '/multer-disk', '/formidable'].flatMap((route) => [
    { route, how: 'a field', send: field },
    { route, how: 'a file name', send: fileName },
  ]),
]
const decoded = [{ route: '/gunzip', how: 'gzipped JSON', send: gzipped }]

let database: TestDatabase
beforeAll(async () => {
  database = await accounts()
})
afterAll(() => database.drop())

describe.each(['cjs', 'mjs'] as const)('an app that reads its bodies itself (%s)', (system) => {
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp({ app: 'body-readers', system }, database)
  })
  afterAll(() => app.stop())

  const post = (route: string, init: RequestInit) => fetch(app.address + route, init)

  test.each([...ways, ...decoded])('$route with $how is blocked with one clean answer', async ({ route, send }) => {
    const answer = await post(route, send(injected))
    expect(await answer.json()).toMatchObject({ status: 403, reference: answer.headers.get('riposte-reference') })
    expect(answer.status).toBe(403)
    expect((await post(route, send('maya'))).status).toBe(200)
  })

  test('what is asked when the answer is out belongs to the request still', async () => {
    expect((await post(`/finish?name=${encodeURIComponent(injected)}`, {})).status).toBe(200)
    await expect.poll(async () => (await post('/afterwards', {})).json()).toBe('ERR_RIPOSTE_BLOCKED')
  })

  test('on one kept connection each body is judged with its own request', async () => {
    for (let number = 0; number < 20; number += 1) {
      const bad = number % 2 === 0
      expect((await post('/data', json(bad ? `x${number}'||'` : `x${number}`))).status).toBe(bad ? 403 : 200)
    }
    expect((await app.status()).counters['bugs']).toBe(0)
  })
})

test('with the action none the same bodies leak: the holes are real', async () => {
  const app = await startApp({ app: 'body-readers', action: 'none' }, database)
  for (const { route, send } of [...ways, ...decoded]) {
    const answer = await fetch(app.address + route, send(injected))
    expect(answer.status, route).toBe(200)
    expect(await answer.text(), route).toContain('clover')
  }
  app.stop()
})
