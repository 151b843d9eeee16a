import http, { OutgoingMessage, ServerResponse } from 'node:http'
import { pipeline, Readable } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import zlib from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { beneath, define } from './sinks/responses/patch-method.ts'
import { behind, bus, html, read, streamed, whole, type Write } from './testing/ways-to-answer.ts'
import { ask, get, guardAnswers, isOneRefusal, listen, portOf, seenOf, speak } from './testing/guard-answers.ts'

type Call = (this: unknown, ...args: unknown[]) => unknown

// A library that was there before us, and counts.
const counted = { write: 0, end: 0, writeHead: 0 }
const { write: firstWrite, end: firstEnd } = OutgoingMessage.prototype as unknown as Record<'write' | 'end', Call>
const before = { write: firstWrite, end: firstEnd }
for (const name of ['write', 'end'] as const)
  ServerResponse.prototype[name] = function count(this: ServerResponse, ...args: unknown[]) {
    counted[name] += 1
    return Reflect.apply(before[name], this, args) as never
  }
const monitor = guardAnswers()
// And one that came after.
const { writeHead } = ServerResponse.prototype as unknown as { writeHead: Call }
ServerResponse.prototype.writeHead = function count(this: ServerResponse, ...args: unknown[]) {
  counted.writeHead += 1
  return Reflect.apply(writeHead, this, args) as never
}

const forms = { ...whole, ...streamed }
const nameOf = (route: string): string => decodeURIComponent(new URL(route, 'http://localhost').pathname.slice(1))
const routes: Record<string, Write> = {}
const happened: string[] = []
const uncaught: unknown[] = []

const server = http.createServer((request, response) => {
  const route = nameOf(request.url ?? '')
  const text = new URL(request.url ?? '', 'http://localhost').searchParams.get('v') ?? ''
  const write = forms[route] ?? routes[route]
  if (!write) return void response.end('ok')
  const result: unknown = write(response, text, request)
  if (result instanceof Promise) result.catch((error: unknown) => void happened.push(`${route}: ${String(error)}`))
})

beforeAll(async () => {
  await listen(server)
  await listen(behind)
  process.on('uncaughtException', (error) => void uncaught.push(error))
  process.on('unhandledRejection', (error) => void uncaught.push(error))
  bus.on('for', (work: () => void) => {
    // The work of one request is done in another's.
    http.get({ port: portOf(server), path: '/other', agent: false }, (answer) => answer.resume())
    routes['other'] = (response) => {
      work()
      response.end('other')
    }
  })
})
afterAll(() => {
  expect(uncaught).toEqual([])
  expect(monitor.status().counters['bugs']).toBe(0)
  server.close()
  behind.close()
})

const page = 'Zoë <b>naïve €😀</b> 日本語 & nothing else'
const evil = `${page}<script>EVIL</script>`
const to = (name: string, text: string): string => `/${encodeURIComponent(name)}?v=${encodeURIComponent(text)}`
describe('every way of writing an answer', () => {
  test.each(Object.keys(forms))('%s: is seen once, in order, to its end, and leaves as it is', async (name) => {
    const route = to(name, page)
    const { body, headers } = await ask(portOf(server), route)
    expect(read(body, headers['content-encoding'])).toBe(page)
    const [one, ...more] = seenOf(route)
    expect(more).toEqual([])
    expect(one?.parts.join('')).toBe(page)
    expect(one?.ends).toBe(1)
    expect(one?.type ?? null).toBe(headers['content-type'] ?? null)
  })

  test.each(Object.keys(whole))('%s: one clean refusal of what is evil', async (name) => {
    const wire = await speak(portOf(server), get(to(name, evil)))
    expect(wire.replace(/^HTTP\/1.1 103 [^]*?\r\n\r\n/, '')).toSatisfy(isOneRefusal)
    expect(await speak(portOf(server), get(to(name, evil), 'accept: text/html\r\n'))).toMatch(
      /HTTP\/1.1 403 [\s\S]*<h1>This request was refused/,
    )
  })

  test.each(Object.keys(streamed))('%s: what is evil does not leave', async (name) => {
    const wire = await speak(portOf(server), get(to(name, evil)))
    expect(wire).not.toContain('EVIL')
    expect(wire).not.toMatch(/\r\n0\r\n\r\n$/)
    const plain = wire.includes('content-encoding') ? '' : wire
    expect(plain).not.toContain('HTTP/1.1 403 Forbidden\r\nX')
    expect((await ask(portOf(server), '/ok')).body.toString()).toBe('ok')
  })
})

describe('what bytes mean', () => {
  const said: Readonly<Record<string, readonly [type: string | null, bytes: () => (string | Buffer)[], text: string]>> =
    {
      'UTF-16': ['text/html; charset=utf-16le', () => [Buffer.from('<b>né€</b>', 'utf16le')], '<b>né€</b>'],
      'UTF-16, cut within a sign': [
        'text/html;charset="UTF-16LE"',
        () => [...Buffer.from('<b>😀</b>', 'utf16le')].map((byte) => Buffer.of(byte)),
        '<b>😀</b>',
      ],
      'UTF-16 by its mark alone': ['text/html', () => [Buffer.from('\ufeff<b>né</b>', 'utf16le')], '<b>né</b>'],
      'UTF-16, the other way round': [
        'text/html; charset=utf-16be',
        () => [Buffer.from('<b>né</b>', 'utf16le').swap16()],
        '<b>né</b>',
      ],
      'Latin-1': ['text/html; charset=ISO-8859-1', () => [Buffer.from('<b>né</b>', 'latin1')], '<b>né</b>'],
      'a charset of Windows': ['text/html; charset=windows-1251', () => [Buffer.of(0x3c, 0x62, 0x3e, 0xe0)], '<b>а'],
      Shift_JIS: ['text/html; charset=Shift_JIS', () => [Buffer.of(0x3c, 0x93, 0xfa, 0x3e)], '<日>'],
      'a charset that nobody knows': ['text/html; charset=klingon', () => [Buffer.from('<b>né</b>')], '<b>né</b>'],
      'bytes that are no UTF-8': [null, () => [Buffer.of(0x3c, 0xff, 0x62, 0x3e)], '<\ufffdb>'],
      'a sign that is cut off at the end': [null, () => [Buffer.of(0x3c, 0x62, 0x3e, 0xe2, 0x82)], '<b>\ufffd'],
    }
  test.each(Object.entries(said))('%s', async (name, [type, bytes, text]) => {
    routes[name] = (response) => {
      if (type !== null) response.setHeader('content-type', type)
      for (const part of bytes()) response.write(part)
      response.end()
    }
    const route = to(name, 'x')
    const { body } = await ask(portOf(server), route)
    expect(body).toEqual(Buffer.concat(bytes().map((part) => Buffer.from(part as string))))
    expect(seenOf(route)[0]?.parts.join('')).toBe(text)
  })

  test.each(['latin1', 'ascii', 'binary', 'utf16le', 'ucs2'] as const)(
    'text written in %s is what leaves',
    async (as) => {
      routes[`written in ${as}`] = (response, text) =>
        response
          .writeHead(200, { 'content-type': `text/html; charset=${as.startsWith('u') ? 'utf-16le' : 'iso-8859-1'}` })
          .end(text, as)
      const route = to(`written in ${as}`, '<b>né\u013cscript>')
      const { body } = await ask(portOf(server), route)
      // A sign that does not fit is cut, and may become another one.
      const left = as.startsWith('u') ? '<b>né\u013cscript>' : '<b>né<script>'
      expect(body).toEqual(Buffer.from('<b>né\u013cscript>', as))
      expect(seenOf(route)[0]?.parts.join('')).toBe(left)
    },
  )

  test.each(['gzip', 'deflate', 'br'])('what says %s and is not is let be', async (coding) => {
    routes[`no ${coding}`] = (response, text) =>
      response.writeHead(200, { ...html, 'content-encoding': coding }).end(text)
    const { body } = await ask(portOf(server), to(`no ${coding}`, page))
    expect(body.toString()).toBe(page)
  })

  test('what swells is looked at up to a limit', async () => {
    const bomb = zlib.gzipSync(Buffer.alloc(64 << 20, ' '))
    routes['bomb'] = (response) => response.writeHead(200, { ...html, 'content-encoding': 'gzip' }).end(bomb)
    expect((await ask(portOf(server), '/bomb')).body).toEqual(bomb)
    const length = seenOf('/bomb')[0]?.parts.reduce((sum, part) => sum + part.length, 0) ?? 0
    expect(length).toBeGreaterThan(15 << 20)
    expect(length).toBeLessThan(17 << 20)
  })
})

describe('answers without a body', () => {
  test.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('%s %i is followed by nobody', async (method, status) => {
    routes['bodiless'] = (response, text) => response.writeHead(status, html).end(status === 200 ? text : undefined)
    const route = `/bodiless?v=EVIL&${method}${status}`
    expect((await ask(portOf(server), route, { method })).status).toBe(status)
    expect(seenOf(route)).toEqual([])
  })
})

describe('redirects', () => {
  const redirects: Readonly<Record<string, Write>> = {
    'by writeHead': (response, text) => response.writeHead(302, { Location: text }).end(),
    'by pairs': (response, text) => response.writeHead(307, ['location', text]).end('go there'),
    'by an implicit head': (response, text) => {
      response.statusCode = 301
      response.setHeader('location', text).end('go there')
    },
    'by an implicit head without a body': (response, text) => {
      response.statusCode = 308
      response.setHeader('location', text)
      response.end(() => void happened.push('told of the end'))
    },
    'by a head that is flushed': (response, text) => {
      response.statusCode = 303
      response.setHeader('location', text).flushHeaders()
      response.end()
    },
    'by a first part': (response, text) => {
      response.statusCode = 302
      response.setHeader('location', text).write('go')
      response.end(' there')
    },
  }
  test.each(Object.entries(redirects))('%s', async (name, write) => {
    routes[name] = write
    expect(await speak(portOf(server), get(to(name, 'https://EVIL.example')))).toSatisfy(isOneRefusal)
    const { status, headers } = await ask(portOf(server), to(name, '/home'))
    expect({ status: Math.floor(status / 100), location: headers.location }).toEqual({ status: 3, location: '/home' })
  })
  test('whoever waits for the end is told of it', () => {
    expect(happened).toContain('told of the end')
  })
})

describe('after a refusal', () => {
  test('the app is told that all it writes is written', async () => {
    const told: string[] = []
    routes['told'] = (response, text) => {
      response.on('finish', () => told.push('finish'))
      response.on('close', () => told.push('close'))
      response.on('error', (error) => told.push(`error ${error.message}`))
      told.push(`write ${response.write(text, () => told.push('written'))}`)
      told.push(`sent ${response.headersSent}`)
      response.setHeader('x-own', 'a')
      response.writeHead(500)
      response.write('more', 'utf8', () => told.push('written more'))
      told.push(`end ${response.end('rest', () => told.push('ended')) === response}`)
      response.end()
    }
    expect(await speak(portOf(server), get(to('told', evil)))).toSatisfy(isOneRefusal)
    await expect.poll(() => told).toContain('close')
    expect(told.slice(0, 3)).toEqual(['write true', 'sent false', 'end true'])
    expect([...told.slice(3)].sort()).toEqual(['close', 'ended', 'finish', 'written', 'written more'])
  })

  test('an app that throws, and answers its error', async () => {
    routes['throws'] = (response, text) => {
      try {
        response.end(text)
        throw new Error('the app’s own')
      } catch {
        response.statusCode = 500
        response.writeHead(500, { 'x-own': 'a' })
        response.end('an error page')
      }
    }
    expect(await speak(portOf(server), get(to('throws', evil)))).toSatisfy(isOneRefusal)
  })

  test('a stream that goes on', async () => {
    routes['goes on'] = (response, text) => {
      const source = Readable.from([text, ...Array.from({ length: 500 }, () => 'x'.repeat(1_000))])
      source.on('end', () => happened.push('source ended'))
      source.pipe(response)
    }
    expect(await speak(portOf(server), get(to('goes on', evil)))).toSatisfy(isOneRefusal)
    await expect.poll(() => happened).toContain('source ended')
  })

  test('another sink refuses once the head is made', async () => {
    routes['late sink'] = (response) => {
      response.writeHead(200, { ...html, 'x-own': 'a', 'content-length': 4 })
      monitor.check('prompt', { text: 'EVIL' })
      response.end('done')
    }
    expect(await speak(portOf(server), get(to('late sink', 'EVIL')))).toSatisfy(isOneRefusal)
  })

  test('a 204 that was made and not sent gives way to a refusal with its body', async () => {
    routes['late 204'] = (response) => {
      response.writeHead(204)
      monitor.check('prompt', { text: 'EVIL' })
      response.end()
    }
    expect(await speak(portOf(server), get(to('late 204', 'EVIL')))).toSatisfy(isOneRefusal)
  })

  test('only the connection of a page that had begun is broken off', async () => {
    const agent = new http.Agent({ keepAlive: true })
    routes['slow'] = (response, text) => {
      response.write('<p>begun')
      setTimeout(() => response.end(text), 60)
    }
    const good = ask(portOf(server), to('slow', 'fine'), { agent })
    const bad = ask(portOf(server), to('slow', evil), { agent })
    await expect(bad).rejects.toThrow(/aborted|hang up|RESET/)
    expect((await good).body.toString()).toBe('<p>begunfine')
    // Refused before it began: told to close, which the client does; the next request goes its way.
    expect((await ask(portOf(server), to('end with text', evil), { agent })).headers.connection).toBe('close')
    expect((await ask(portOf(server), '/ok', { agent })).body.toString()).toBe('ok')
    agent.destroy()
  })

  test.each(['end with text', 'several writes', 'writeHead with a length', 'gzip by hand', 'gzip by stream'])(
    'pipelined behind another that is slow: %s',
    async (name) => {
      routes['slowly'] = (response) => void setTimeout(() => response.end('first'), 40)
      const wire = await speak(portOf(server), get('/slowly') + get(to(name, evil)) + get('/ok'))
      const at = wire.indexOf('HTTP/1.1 403')
      expect(wire.slice(0, at)).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*\r\n\r\nfirst$/)
      expect(wire.slice(at)).toSatisfy(isOneRefusal)
    },
  )
})

test('those that stand before and after are asked once for each call', async () => {
  Object.assign(counted, { write: 0, end: 0, writeHead: 0 })
  routes['counted'] = (response) => {
    response.write('a')
    response.write('b')
    response.end('c')
  }
  await ask(portOf(server), '/counted')
  expect(counted).toEqual({ write: 2, end: 1, writeHead: 1 })
})

test('a method that was inherited and is replaced later is asked too', () => {
  const said: string[] = []
  class Parent {
    write(): void {
      said.push('first')
    }
  }
  class Child extends Parent {}
  const next = beneath<object>(Child.prototype as never, 'write')
  define(Child.prototype, 'write', function guarded(this: object) {
    next().apply(this, [])
  })
  Parent.prototype.write = () => void said.push('later')
  new Child().write()
  expect(said).toEqual(['later'])
  expect(Object.keys(Child.prototype)).toEqual([])
})

test('of a long download that nobody judges nothing is kept', async () => {
  const chunk = 1 << 20
  routes['unjudged'] = (response) =>
    pipeline(
      Readable.from(
        (function* () {
          for (let at = 0; at < 100; at++) yield Buffer.alloc(chunk, at)
        })(),
        { highWaterMark: 1 },
      ),
      response,
      () => undefined,
    )
  // What could be collected, and was not yet, is not kept.
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  let most = 0
  let length = 0
  let looked = 0
  const before = process.memoryUsage().arrayBuffers
  await new Promise<void>((resolve) => {
    http.get({ port: portOf(server), path: '/unjudged', agent: false }, (response) => {
      response.on('data', (part: Buffer) => {
        length += part.length
        if (length - looked < 8 * chunk) return
        looked = length
        collect()
        most = Math.max(most, process.memoryUsage().arrayBuffers - before)
      })
      response.on('end', resolve)
    })
  })
  expect(length).toBe(100 * chunk)
  expect(most).toBeLessThan(60 * chunk)
})
