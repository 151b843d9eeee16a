import type { Operation, OperationOf } from '@riposte/contract/wire'
import type { BlockedError } from '../../core/blocked-error.ts'
import { contexts } from '../../core/context.ts'
import type { Engine } from '../../core/engine.ts'
import { decodeBytes } from '../../sources/decode-text.ts'
import { replaceMethod } from '../statement-door.ts'

export type Fetches = NonNullable<OperationOf<'xml'>['fetches']>

/** What stands at the beginning of a document tells: longer ones are looked at so far. */
const longestDocument = 1_048_576

/** What its own `toString` says, as parsers ask for it. */
function asText(this: { toString(): string }): string {
  return this.toString()
}

/** A document as a parser takes it: a text, bytes in whatever encoding, or something that becomes a text. */
export function textOf(document: unknown): string | null {
  if (typeof document === 'string') return document.slice(0, longestDocument)
  if (ArrayBuffer.isView(document)) {
    const { buffer, byteOffset, byteLength } = document
    return decodeBytes(Buffer.from(buffer, byteOffset, Math.min(byteLength, longestDocument)), null)
  }
  if (typeof document !== 'object' || document === null) return null
  return Reflect.apply(asText, document, []).slice(0, longestDocument)
}

export const xmlOf = (document: unknown, fetches: Fetches): Operation | null => {
  const text = textOf(document)
  return text === null || text === '' ? null : { kind: 'xml', document: text, fetches }
}

interface Door {
  readonly read: (args: readonly unknown[], self: unknown) => Operation | null
  /** Fails as the library does. */
  readonly refuse: (error: BlockedError, args: readonly unknown[], self: unknown) => unknown
}

/** Puts a judgement before a library's method, wherever in the chain of prototypes it stands. */
export function guardMethod(engine: Engine, target: unknown, name: string, kind: 'xml' | 'xpath', door: Door): void {
  replaceMethod(target, name, kind, (original) => (self, args) => {
    if (!contexts.getStore() || !engine.wants(kind)) return original.apply(self, args)
    const operation = engine.aside(kind, () => door.read(args, self))
    const refusal = operation ? engine.judge(operation) : null
    return refusal ? door.refuse(refusal, args, self) : original.apply(self, args)
  })
}

export const throwIt = (error: BlockedError): never => {
  throw error
}
