import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { EventStreams } from './event-stream.ts'

/** Opens the stream of one request, at once or only after its reader has left. */
async function openOne(afterLeaving: boolean) {
  const streams = new EventStreams()
  let closed = 0
  const opened = new Promise<void>((resolve) => {
    server = createServer((_request, response) => {
      const open = (): void => {
        streams.open({ key: 'key', response, credential: 'session', closed: () => (closed += 1) })
        resolve()
      }
      if (!afterLeaving) {
        open()
        return
      }
      response.on('close', () => setImmediate(open))
      request.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const request = get({ port: (server.address() as AddressInfo).port }).on('error', () => undefined)
  await opened
  return {
    counts: () => ({ open: streams.count(), closed }),
    leave: () => request.destroy(),
    revoke: () => streams.endOf('session'),
    stop: () => {
      streams.close()
      server.close()
    },
  }
}
let server = createServer()

test('a stream is open until its reader leaves', async () => {
  const stream = await openOne(false)
  expect(stream.counts()).toEqual({ open: 1, closed: 0 })
  stream.leave()
  await expect.poll(stream.counts, { timeout: 5_000 }).toEqual({ open: 0, closed: 1 })
  stream.stop()
})

test('a reader that left before its stream opened leaves none behind', async () => {
  const stream = await openOne(true)
  expect(stream.counts()).toEqual({ open: 0, closed: 1 })
  stream.stop()
})

test('a stream ends with the session or token that opened it', async () => {
  const stream = await openOne(false)
  stream.revoke()
  await expect.poll(stream.counts, { timeout: 5_000 }).toEqual({ open: 0, closed: 1 })
  stream.stop()
})
