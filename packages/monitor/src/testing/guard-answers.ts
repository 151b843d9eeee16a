import { mkdtempSync } from 'node:fs'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Monitor } from '../core/monitor.ts'
import type { Context } from '../core/context.ts'
import type { ResponseWatcher } from '../sinks/responses/watcher.ts'
import { watchers } from '../sinks/responses/watchers.ts'

/** What was seen of one answer. */
export interface Seen {
  readonly type: string | null
  readonly parts: string[]
  /** How often its end was told. */
  ends: number
}

/** By the path that was asked for. */
export const seen = new Map<string, Seen[]>()
export const seenOf = (route: string): Seen[] => seen.get(route) ?? []

const urlOf = ({ request }: Context): string => request?.url ?? ''

/** Sees every body but those of `/unjudged`, and refuses what holds EVIL, wherever it is cut. */
const everyBody: ResponseWatcher = {
  kind: 'html',
  body: (head, engine, context) => {
    const type = head.header('content-type')
    if (urlOf(context).startsWith('/unjudged')) return null
    const one: Seen = { type, parts: [], ends: 0 }
    seen.set(urlOf(context), [...seenOf(urlOf(context)), one])
    let text = ''
    return {
      part: (part, last) => {
        one.parts.push(part)
        if (last) one.ends += 1
        text = text.slice(-8) + part
        return engine.judge({ kind: 'html', body: text })
      },
    }
  },
}
const everyRedirect: ResponseWatcher = {
  kind: 'redirect',
  head: (head, engine) => engine.judge({ kind: 'redirect', location: head.header('location') ?? '' }),
}

/** Guards this process, with watchers that see all and a protection that knows what is evil. */
export function guardAnswers(): Monitor {
  ;(watchers as ResponseWatcher[]).splice(0, watchers.length, everyRedirect, everyBody)
  process.env['RIPOSTE_MONITOR_DATA_DIR'] = mkdtempSync(path.join(tmpdir(), 'riposte-answers-'))
  const monitor = new Monitor()
  monitor.registerProtection({
    spec: {
      id: 'OwnProtection',
      title: 'Own protection',
      summary: 'Finds EVIL.',
      severity: 'high',
      defaultAction: 'block',
      kinds: ['html', 'redirect', 'prompt'],
      settings: {},
      explanation: { what: 'EVIL.', whatToDo: 'Nothing.', references: [] },
    },
    detect(operation, inputs) {
      const text =
        operation.kind === 'html' ? operation.body : operation.kind === 'redirect' ? operation.location : 'EVIL'
      const input = inputs.find(({ value }) => value.includes('EVIL'))
      const isEvil = text.includes('EVIL') && input !== undefined
      return isEvil ? { confidence: 0.9, reason: 'It is evil.', input, inputSpan: null, operationSpan: null } : null
    },
  })
  const off = { enabled: false, action: 'none' }
  return monitor.start({
    protections: { CrossSiteScripting: off, DataExposure: off, OpenRedirect: off },
    logging: { level: 'error' },
  })
}

export const portOf = (server: net.Server): number => (server.address() as AddressInfo).port
export const listen = <S extends net.Server>(server: S): Promise<S> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))

export interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
  readonly trailers: NodeJS.Dict<string>
}

/** @throws when the connection ends before the answer does */
export const ask = (port: number, route: string, more: http.RequestOptions = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path: route, agent: false, ...more }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
          trailers: response.trailers,
        }),
      )
    })
    request.on('error', reject)
    request.end()
  })

/** Everything that comes back for what is sent, byte for byte, until the server ends the connection. */
export const speak = (port: number, text: string): Promise<string> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = []
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text))
    socket.setTimeout(5_000, () => socket.destroy())
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')))
  })

export const get = (route: string, more = ''): string => `GET ${route} HTTP/1.1\r\nhost: app\r\n${more}\r\n`

/** Whether that is one refusal, whole, and nothing else. */
export function isOneRefusal(wire: string): boolean {
  const end = wire.indexOf('\r\n\r\n')
  const head = wire.slice(0, end)
  const body = wire.slice(end + 4)
  return (
    head.startsWith('HTTP/1.1 403 Forbidden\r\n') &&
    /\r\nRiposte-Reference: [\w-]+/.test(head) &&
    !/transfer-encoding|content-encoding|x-own/i.test(head) &&
    new RegExp(`\r\nContent-Length: ${body.length}(?:\r\n|$)`).test(head) &&
    (JSON.parse(body) as { status: number }).status === 403
  )
}
