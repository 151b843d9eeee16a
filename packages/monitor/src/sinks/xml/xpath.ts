import { BlockedError } from '../../core/blocked-error.ts'
import { replaceMethod } from '../statement-door.ts'
import type { Sink } from '../sink.ts'
import { guardMethod, throwIt } from './xml-door.ts'

/** `xpath`: whatever is asked is parsed first. */
export const xpath: Sink = {
  module: 'xpath',
  kinds: ['xpath'],
  files: ['xpath.js'],
  ownText: 'XPath_expression_unspecified.',
  patch: (exports, engine) => {
    const { XPathParser } = exports as { readonly XPathParser?: { readonly prototype: object } }
    if (!XPathParser) throw new Error('this xpath has no XPathParser')
    guardMethod(engine, XPathParser.prototype, 'parse', 'xpath', {
      read: ([expression]) => (typeof expression === 'string' ? { kind: 'xpath', expression } : null),
      refuse: throwIt,
    })
    // Here an error of the parser would be hidden in another.
    replaceMethod(exports, 'createExpression', 'unwrap', (original) => (self, args) => {
      try {
        return original.apply(self, args)
      } catch (error) {
        const inner = (error as { exception?: unknown } | null)?.exception
        throw inner instanceof BlockedError ? inner : error
      }
    })
  },
}
