import type { IncomingMessage } from 'node:http'
import { defaultLimits, type Limits } from '../core/limits.ts'
import { BodyTee } from '../sources/body-tee.ts'
import { collectInputs } from '../sources/collect-inputs.ts'
import { ValueCollector } from '../sources/value-collector.ts'

export interface Sent {
  readonly url?: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: string | Buffer
  readonly params?: unknown
  readonly parsed?: unknown
  readonly files?: unknown
  readonly trailers?: readonly string[]
}

/** What is known of a request that was sent so. */
export function collect(sent: Sent, limits: Limits = defaultLimits): ValueCollector {
  const { url = '/', headers = [], body, params, parsed, files, trailers = [] } = sent
  const request = {
    url,
    rawHeaders: headers.flat(),
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
    rawTrailers: trailers,
  } as unknown as IncomingMessage
  const tee = body === undefined ? null : new BodyTee(limits.bodyBytes)
  tee?.keep(Buffer.from(body as string))
  const collector = new ValueCollector(limits)
  collectInputs(collector, { request, params, body: parsed, files, tee }, limits)
  return collector
}

export const valuesOf = (sent: Sent, limits?: Limits) => collect(sent, limits).inputs.map(({ value }) => value)
export const found = (sent: Sent) =>
  collect(sent).inputs.map(({ source, path, value }) => `${source} ${path} = ${value}`)
export const typed = (type: string, body: string | Buffer, ...headers: [string, string][]): Sent => ({
  body,
  headers: [['content-type', type], ...headers],
})

export const boundary = 'edge'
export const form = 'multipart/form-data; boundary=edge'
export const part = (headers: string, content: string) => `--${boundary}\r\n${headers}\r\n\r\n${content}\r\n`
export const multipart = (...parts: string[]) => typed(form, `${parts.join('')}--${boundary}--\r\n`)
