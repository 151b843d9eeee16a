import { contexts } from '../../core/context.ts'
import type { Engine } from '../../core/engine.ts'
import type { Sink } from '../sink.ts'
import { replaceMethod } from '../statement-door.ts'
import { Streamed } from './streamed.ts'
import { guardMethod, throwIt, xmlOf, type Fetches } from './xml-door.ts'

interface Libxml {
  readonly Document?: object
  readonly Element?: { readonly prototype: object }
  readonly SaxParser?: (callbacks: object) => object
  readonly SaxPushParser?: (callbacks: object) => object
}

/** `libxmljs2`: it fetches what it is told to, and asks with XPath. */
export const libxmljs2: Sink = {
  module: 'libxmljs2',
  kinds: ['xml', 'xpath'],
  patch: (exports, engine) => {
    const library = exports as Libxml
    if (!library.Element) throw new Error('this libxmljs2 has no Element')
    for (const [owner, name] of [
      [library, 'parseXml'],
      [library, 'parseXmlString'],
      [library.Document, 'fromXml'],
      [library.Document, 'fromXmlString'],
    ] as const)
      guardMethod(engine, owner, name, 'xml', {
        read: ([document, options]) => xmlOf(document, fetchesOf(options)),
        refuse: throwIt,
      })
    // Their prototypes are the addon's, and reached by one of them only.
    guardMethod(engine, library.SaxParser?.({}), 'parseString', 'xml', {
      read: ([document]) => xmlOf(document, []),
      refuse: throwIt,
    })
    guardParts(engine, library.SaxPushParser?.({}))
    // `get`, and both of a document, come down to it.
    guardMethod(engine, library.Element.prototype, 'find', 'xpath', {
      read: ([expression]) => (typeof expression === 'string' ? { kind: 'xpath', expression } : null),
      refuse: throwIt,
    })
  },
}

function guardParts(engine: Engine, parser: unknown): void {
  const documents = new WeakMap<object, Streamed>()
  replaceMethod(parser, 'push', 'xml', (original) => (self, args) => {
    const [part] = args
    if (typeof part === 'string' && contexts.getStore() && engine.wants('xml')) {
      let document = documents.get(self as object)
      if (!document) documents.set(self as object, (document = new Streamed()))
      const refusal = document.take(engine, part, false)
      if (refusal) throw refusal
    }
    return original.apply(self, args)
  })
}

/** Which options make it fetch what, by trying. */
const fetchers: Readonly<Record<Fetches[number], readonly string[]>> = {
  entities: ['noent', 'dtdload', 'dtdattr', 'dtdvalid'],
  dtd: ['dtdload', 'dtdattr', 'dtdvalid'],
  includes: ['xinclude'],
}

function fetchesOf(options: unknown): Fetches {
  if (typeof options !== 'object' || options === null) return []
  const given = options as Readonly<Record<string, unknown>>
  return (Object.keys(fetchers) as Fetches).filter((what) => fetchers[what].some((name) => Boolean(given[name])))
}
