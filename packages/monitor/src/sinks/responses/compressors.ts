import type { Transform } from 'node:stream'
import { contexts, type Context } from '../../core/context.ts'
import type { Engine } from '../../core/engine.ts'
import { replace } from '../replace.ts'
import type { Sink } from '../sink.ts'

type Call = (this: unknown, ...args: unknown[]) => unknown

/** Of one request's work at most so much is kept until its answer takes it. */
const mostKept = 1 << 20

interface Plain {
  parts: Uint8Array[]
  length: number
}

/** What compressors were given within a request and no answer has taken yet. */
const plainOf = new WeakMap<Context, Plain>()
const compressorOf = new WeakMap<object, Context>()

/** What went into the compressors of this request since it was last asked for: the text of what leaves encoded. */
export function takePlain(context: Context): readonly Uint8Array[] {
  const parts = plainOf.get(context)?.parts ?? []
  plainOf.delete(context)
  return parts
}

function keep(context: Context, given: unknown): void {
  const part = typeof given === 'string' ? Buffer.from(given) : given
  if (!(part instanceof Uint8Array)) return
  const plain = plainOf.get(context) ?? { parts: [], length: 0 }
  if (plain.length >= mostKept) return
  plain.parts.push(part)
  plain.length += part.length
  plainOf.set(context, plain)
}

const wanted = (engine: Engine): boolean => engine.wants('html') || engine.wants('response')

/** Compressors stand between an app and its answers: what they are given is looked at in the place of what they make of it. */
export const compressors: Sink = {
  module: 'node:zlib',
  kinds: ['html', 'response'],
  patch: (exports, engine) => {
    const zlib = exports as { readonly Gzip: { readonly prototype: Transform } }
    for (const name of [
      'createGzip',
      'createDeflate',
      'createDeflateRaw',
      'createBrotliCompress',
      'createZstdCompress',
    ])
      replace<Call>(zlib, name, (original) => {
        return function create(this: unknown, ...args) {
          const stream = Reflect.apply(original, this, args)
          const context = contexts.getStore()
          if (context && wanted(engine) && typeof stream === 'object' && stream !== null)
            compressorOf.set(stream, context)
          return stream
        }
      })
    for (const name of ['gzip', 'deflate', 'deflateRaw', 'brotliCompress', 'zstdCompress'])
      for (const form of [name, `${name}Sync`])
        replace<Call>(zlib, form, (original) => {
          return function compress(this: unknown, ...args) {
            const context = contexts.getStore()
            if (context && wanted(engine)) engine.aside('compressor', () => keep(context, args[0]))
            return Reflect.apply(original, this, args)
          }
        })
    let owner: object | null = zlib.Gzip.prototype
    while (owner && !Object.hasOwn(owner, '_transform')) owner = Object.getPrototypeOf(owner) as object | null
    if (!owner) throw new Error('the streams of node:zlib have no _transform')
    replace<Call>(owner, '_transform', (original) => {
      return function transform(this: unknown, ...args) {
        const context = compressorOf.get(this as object)
        if (context) engine.aside('compressor', () => keep(context, args[0]))
        return Reflect.apply(original, this, args)
      }
    })
  },
}
