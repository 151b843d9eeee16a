import type { Input } from '@riposte/contract'
import type { IncomingMessage } from 'node:http'
import type { Limits } from '../core/limits.ts'
import type { BodyTee } from './body-tee.ts'
import { collectBody, collectForm } from './parse-body.ts'
import { ValueCollector } from './value-collector.ts'

export interface Collected {
  readonly inputs: readonly Input[]
  /** Some of the request did not fit the limits. */
  readonly cut: boolean
}

/** Said by every client in a few fixed words, and of the connection rather than of anybody's data. */
const ignoredHeaders = new Set([
  'connection',
  'content-length',
  'accept-encoding',
  'transfer-encoding',
  'upgrade-insecure-requests',
  'cookie',
])

/** Every value of a request as far as it has been read: query, route parameters, path, body, cookies, headers; names too. */
export function collectInputs(request: IncomingMessage, tee: BodyTee | null, limits: Limits): Collected {
  const collector = new ValueCollector(limits)
  const parsed = request as IncomingMessage & { body?: unknown; params?: unknown; originalUrl?: string }
  const url = parsed.originalUrl ?? request.url ?? '/'
  const mark = url.indexOf('?')
  if (mark !== -1) collectForm(collector, url.slice(mark + 1), 'query')
  collector.addTree('params', parsed.params)
  collectPath(collector, mark === -1 ? url : url.slice(0, mark))
  if (isParsed(parsed.body)) collector.addTree('body', parsed.body)
  else if (tee && tee.length > 0) collectBody(collector, tee.bytes(), request.headers['content-type'] ?? '')
  collectCookies(collector, request.headers.cookie)
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !ignoredHeaders.has(name)) collector.addTree('headers', value, name)
  }
  return { inputs: collector.inputs, cut: collector.cut || (tee?.cut ?? false) }
}

/** An empty object is what body parsers leave where they had nothing to say. */
const isParsed = (body: unknown): boolean =>
  (typeof body === 'string' && body !== '') ||
  (typeof body === 'object' && body !== null && !Buffer.isBuffer(body) && Object.keys(body).length > 0)

function collectPath(collector: ValueCollector, path: string): void {
  path.split('/').forEach((segment, index) => {
    if (/[^A-Za-z0-9_.-]/.test(segment)) collector.add('path', `path[${index - 1}]`, decode(segment))
  })
}

function collectCookies(collector: ValueCollector, header: string | undefined): void {
  if (header === undefined) return
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals === -1) continue
    const name = pair.slice(0, equals).trim()
    collector.addName('cookies', name, name)
    collector.add(
      'cookies',
      name,
      decode(
        pair
          .slice(equals + 1)
          .trim()
          .replace(/^"(.*)"$/s, '$1'),
      ),
    )
  }
}

function decode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
