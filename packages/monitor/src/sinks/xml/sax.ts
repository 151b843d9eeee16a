import type { EventEmitter } from 'node:events'
import type { BlockedError } from '../../core/blocked-error.ts'
import { contexts } from '../../core/context.ts'
import type { Engine } from '../../core/engine.ts'
import type { Sink } from '../sink.ts'
import { replaceMethod } from '../statement-door.ts'
import { Streamed } from './streamed.ts'
import { textOf } from './xml-door.ts'

/** Parsers whose document was judged before they saw it. */
export const judgedBefore = new WeakSet()

/** `sax`: it fetches nothing, and gets its documents in parts. */
export const sax: Sink = {
  module: 'sax',
  kinds: ['xml'],
  files: ['lib/sax.js'],
  ownText: 'Inappropriately_located_doctype_declaration',
  patch: (exports, engine) => {
    const { SAXParser, SAXStream } = exports as Readonly<Record<string, { readonly prototype: object } | undefined>>
    if (!SAXParser) throw new Error('this sax has no SAXParser')
    const documents = new WeakMap<object, Streamed>()
    replaceMethod(SAXParser.prototype, 'write', 'xml', (original) => (self, args) => {
      const refusal = judge(engine, documents, self, args[0])
      if (refusal) throw refusal
      return original.apply(self, args)
    })
    const refused = new WeakSet()
    const guardStream = (name: string): void =>
      replaceMethod(SAXStream?.prototype, name, 'xml', (original) => (self, args) => {
        const stream = self as EventEmitter & { readonly _parser: object }
        if (refused.has(stream)) return true
        const refusal = judge(engine, documents, stream._parser, args[0] ?? null)
        if (!refusal) return inStream(stream._parser, () => original.apply(self, args))
        refused.add(stream)
        // An error that nobody listens for would end the process.
        stream.on('error', () => undefined)
        process.nextTick(() => stream.emit('error', refusal))
        return true
      })
    guardStream('write')
    guardStream('end')
  },
}

/** What a stream hands on to its parser was judged when the stream got it. */
function inStream(parser: object, work: () => unknown): unknown {
  if (judgedBefore.has(parser)) return work()
  judgedBefore.add(parser)
  try {
    return work()
  } finally {
    judgedBefore.delete(parser)
  }
}

function judge(
  engine: Engine,
  documents: WeakMap<object, Streamed>,
  parser: unknown,
  part: unknown,
): BlockedError | null {
  if (!contexts.getStore() || !engine.wants('xml') || judgedBefore.has(parser as object)) return null
  const text = part === null ? '' : engine.aside('xml', () => textOf(part))
  if (typeof text !== 'string') return null
  let document = documents.get(parser as object)
  if (!document) documents.set(parser as object, (document = new Streamed()))
  return document.take(engine, text, part === null)
}
