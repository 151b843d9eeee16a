import http2 from 'node:http2'
import { afterEach, expect, test } from 'vitest'
import { startSample, type Sample } from './testing/start-sample.ts'

let app: Sample | null = null
afterEach(() => app?.stop())

const start = async (form: string, guarded: boolean): Promise<Sample> => {
  app = await startSample({
    file: 'merge-http2.cjs',
    config: { preset: 'cloud', logging: { level: 'error' } },
    env: { FORM: form, GUARDED: guarded ? 'yes' : 'no' },
  })
  return app
}

function post(address: string, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const session = http2.connect(address)
    const stream = session.request({ ':method': 'POST', ':path': '/', 'content-type': 'application/json' })
    let status = 0
    let text = ''
    stream.on('response', (headers) => (status = Number(headers[':status'])))
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
    stream.on('error', reject)
    stream.on('close', () => {
      session.close()
      resolve({ status, text })
    })
    stream.end(body)
  })
}

const attack = '{"__proto__":{"isAdmin":true}}'

test.each(['streams', 'requests'])('%s: a merge that reaches everybody is taken back and refused', async (form) => {
  const { address } = await start(form, true)
  expect(await post(address, attack)).toMatchObject({ status: 403 })
  expect(await post(address, '{"name":"Maya"}')).toEqual({ status: 200, text: '{"isAdmin":null}' })
})

test.each(['streams', 'requests'])('%s: without the SDK it reaches everybody', async (form) => {
  const { address } = await start(form, false)
  await post(address, attack)
  expect(await post(address, '{"name":"Maya"}')).toEqual({ status: 200, text: '{"isAdmin":true}' })
})
