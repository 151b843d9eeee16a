import type { Engine } from '../../core/engine.ts'
import { contexts } from '../../core/context.ts'
import { replace } from '../replace.ts'
import type { Sink } from '../sink.ts'
import { judgeAddresses } from './outgoing-calls.ts'

type Found = readonly { readonly address: string }[] | string
type Callback = (error: Error | null, found?: Found, family?: number) => void
type Lookup = (this: unknown, host: string, ...rest: unknown[]) => unknown

/** A name that is public may lead inside, and may do so only the second time it is asked: its addresses are judged when it is connected to. */
export const nameLookups: Sink = {
  module: 'node:dns',
  kinds: ['request'],
  patch: (exports, engine) => {
    replace<Lookup>(exports as object, 'lookup', (original) => guardLookup(original, engine))
  },
}

function guardLookup(original: Lookup, engine: Engine): Lookup {
  return function lookup(this: unknown, host, ...rest) {
    const context = contexts.getStore()
    const callback = rest.at(-1) as Callback | undefined
    if (!context || typeof callback !== 'function') return Reflect.apply(original, this, [host, ...rest])
    const judged: Callback = (error, found, family) => {
      const addresses = typeof found === 'string' ? [found] : (found ?? []).map(({ address }) => address)
      const refusal = error ? null : contexts.run(context, judgeAddresses, engine, context, host, addresses)
      if (refusal) callback(refusal)
      else callback(error, found, family)
    }
    return Reflect.apply(original, this, [host, ...rest.slice(0, -1), judged])
  }
}
