import type { Input } from '@riposte/contract'
import type { IncomingMessage } from 'node:http'
import type { Limits } from '../core/limits.ts'
import type { BodyTee } from './body-tee.ts'
import { collectForm } from './collect-form.ts'
import { collectCookies, collectHeaders } from './collect-headers.ts'
import { collectPath } from './collect-path.ts'
import { collectBody } from './parse-body.ts'
import { unzipBody } from './unzip-body.ts'
import type { ValueCollector } from './value-collector.ts'
import { type Cut } from './value-collector.ts'

export interface Collected {
  readonly inputs: readonly Input[]
  /** Some of the request did not fit the limits. */
  readonly cut: boolean
  /** Which limits, and in which part of the request. */
  readonly cuts: readonly Cut[]
  /** What could not be read at all: what the app does with it may look as if it had no source. */
  readonly unread: string | null
}

export interface RequestParts {
  readonly request: IncomingMessage
  /** As the framework has parsed them; undefined when it has not, or does not say. */
  readonly params: unknown
  readonly body: unknown
  readonly files: unknown
  readonly tee: BodyTee | null
}

/** Every value of a request as far as it has been read: query, route parameters, path, headers, cookies, body; names too. */
export function collectInputs(collector: ValueCollector, parts: RequestParts, limits: Limits): void {
  const { request } = parts
  const url = (request as { originalUrl?: string }).originalUrl ?? request.url ?? '/'
  const mark = url.indexOf('?')
  collector.addTree('params', parts.params)
  collectPath(collector, mark === -1 ? url : url.slice(0, mark))
  if (mark !== -1) {
    collector.nextPart()
    collectForm(collector, url.slice(mark + 1), 'query')
  }
  collector.nextPart()
  collectHeaders(collector, request.rawHeaders, 'headers')
  collector.nextPart()
  collectCookies(collector, request.rawHeaders)
  collector.nextPart()
  collectWhatWasSent(collector, parts, limits)
  const trailers = (request as { rawTrailers?: readonly string[] }).rawTrailers
  if (trailers && trailers.length > 0) collectHeaders(collector, trailers, 'trailers')
}

/** What a parser made of the body is what the app uses; the bytes tell the rest: all of it, or the file names of a form. */
function collectWhatWasSent(
  collector: ValueCollector,
  { request, body, files, tee }: RequestParts,
  limits: Limits,
): void {
  const parsed = isParsed(body)
  if (parsed) collector.addTree('body', body)
  if (files !== undefined && files !== null) collector.addTree('files', files)
  if (!tee || tee.length === 0) return
  const type = request.headers['content-type'] ?? ''
  if (parsed && !/^\s*multipart\//i.test(type)) return
  // Of an upload that a parser took apart the fields and file names are known: what is beyond the limit is a file.
  if (tee.cut && !parsed && !files) collector.cut('bodyBytes', 'body')
  const encoding = request.headers['content-encoding']
  if (encoding === undefined) {
    collectBody(collector, tee.bytes(), type)
    return
  }
  const unzipped = unzipBody(tee.bytes(), encoding, limits.bodyBytes)
  if (unzipped?.cut) collector.cut('bodyBytes', 'body')
  if (!unzipped || unzipped.bytes.length === 0) {
    collector.unread = 'a compressed body'
    return
  }
  collectBody(collector, unzipped.bytes, type)
}

/** An empty object is what body parsers leave where they had nothing to say. */
const isParsed = (body: unknown): boolean =>
  (typeof body === 'string' && body !== '') ||
  (typeof body === 'object' && body !== null && !ArrayBuffer.isView(body) && Object.keys(body).length > 0)
