import type { Sink } from '../sink.ts'
import { guardMethod, throwIt, xmlOf } from './xml-door.ts'

/** `fast-xml-parser`: it fetches nothing, and puts a document's own entities in unless told otherwise. */
export const fastXmlParser: Sink = {
  module: 'fast-xml-parser',
  kinds: ['xml'],
  esModules: ['src/fxp.js'],
  ownText: 'XML_data_is_accepted_in_String_or_Bytes[]_form.',
  patch: (exports, engine) => {
    const { XMLParser } = exports as { readonly XMLParser?: { readonly prototype: object } }
    if (!XMLParser) throw new Error('this fast-xml-parser has no XMLParser')
    guardMethod(engine, XMLParser.prototype, 'parse', 'xml', {
      read: ([document]) => xmlOf(document, []),
      refuse: throwIt,
    })
  },
}
