import { EventEmitter } from 'node:events'
import type { Sink } from '../sink.ts'
import { judgedBefore } from './sax.ts'
import { guardMethod, xmlOf } from './xml-door.ts'

/** `xml2js`: it fetches nothing. All its doors come down to one, which calls back, rejects or emits. */
export const xml2js: Sink = {
  module: 'xml2js',
  kinds: ['xml'],
  files: ['lib/xml2js.js'],
  patch: (exports, engine) => {
    const { Parser } = exports as { readonly Parser?: { readonly prototype: object } }
    if (!Parser) throw new Error('this xml2js has no Parser')
    guardMethod(engine, Parser.prototype, 'parseString', 'xml', {
      read: ([document], self) => {
        const { saxParser } = self as { readonly saxParser?: object }
        if (saxParser) judgedBefore.add(saxParser)
        return xmlOf(document, [])
      },
      refuse: (error, [, callback], self) => {
        if (typeof callback === 'function') (callback as (error: Error) => void)(error)
        else if (self instanceof EventEmitter && self.listenerCount('error') > 0) self.emit('error', error)
        return undefined
      },
    })
  },
}
