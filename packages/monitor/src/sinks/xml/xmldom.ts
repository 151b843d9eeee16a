import type { Sink } from '../sink.ts'
import { guardMethod, throwIt, xmlOf } from './xml-door.ts'

/** `@xmldom/xmldom`: it fetches nothing. */
export const xmldom: Sink = {
  module: '@xmldom/xmldom',
  kinds: ['xml'],
  patch: (exports, engine) => {
    const { DOMParser } = exports as { readonly DOMParser?: { readonly prototype: object } }
    if (!DOMParser) throw new Error('this @xmldom/xmldom has no DOMParser')
    guardMethod(engine, DOMParser.prototype, 'parseFromString', 'xml', {
      read: ([document]) => xmlOf(document, []),
      refuse: throwIt,
    })
  },
}
