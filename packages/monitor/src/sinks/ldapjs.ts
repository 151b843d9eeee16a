import { EventEmitter } from 'node:events'
import { bindContext, contexts } from '../core/context.ts'
import type { Engine } from '../core/engine.ts'
import { settle } from './settle.ts'
import type { Sink } from './sink.ts'
import { bindEmitter, lastCallback, outside, replaceMethod, throws, type Method } from './statement-door.ts'

interface Exports {
  readonly Client?: { readonly prototype: object }
  readonly filters?: object
  readonly dn?: object & { readonly DN?: object }
}

/** Client calls with the name of the entry that they are about; `modifyDN` has two. */
const namingCalls: Readonly<Record<string, number>> = { add: 1, bind: 1, compare: 1, del: 1, modify: 1, modifyDN: 2 }

/**
 * `ldapjs`. Judged where text is read: by the client, and by `parseFilter` and `parseDN` where an app makes objects of text itself.
 * Filters that are put together from objects hold values as what they are.
 */
export const ldapjs: Sink = {
  module: 'ldapjs',
  ownText: 'options.url_^_options.socketPath_(String)_required',
  kinds: ['ldap'],
  patch: (exports, engine) => {
    const { Client, filters, dn } = exports as Exports
    if (!Client) throw new Error('this ldapjs has no Client')
    for (const [name, count] of Object.entries(namingCalls)) {
      guardCall(Client.prototype, name, engine, (args) => args.slice(0, count).map((value) => operationOf('', value)))
    }
    guardCall(Client.prototype, 'search', engine, ([base, options]) => [operationOf(filterIn(options), base)])
    const filter = ([text]: readonly unknown[]) => operationOf(text, '')
    for (const [target, name] of [
      [exports, 'parseFilter'],
      [filters, 'parseString'],
      [filters, 'parse'],
    ] as const)
      guardParser(target, name, engine, filter)
    const named = ([text]: readonly unknown[]) => operationOf('', text)
    for (const [target, name] of [
      [exports, 'parseDN'],
      [dn, 'parse'],
      [dn?.DN, 'fromString'],
    ] as const)
      guardParser(target, name, engine, named)
  },
}

export interface LdapOperation {
  readonly kind: 'ldap'
  readonly filter: string
  readonly dn: string
}

/** Objects are no text: what stands in them is what was meant. */
export function operationOf(filter: unknown, dn: unknown): LdapOperation {
  return { kind: 'ldap', filter: typeof filter === 'string' ? filter : '', dn: typeof dn === 'string' ? dn : '' }
}

/** A search takes its filter as an option; ldapjs also in the place of the options. */
export const filterIn = (options: unknown): unknown =>
  typeof options === 'object' && options !== null ? (options as { filter?: unknown }).filter : options

export const saysAnything = ({ filter, dn }: LdapOperation): boolean => filter !== '' || dn !== ''

type Reads = (args: readonly unknown[]) => readonly LdapOperation[]

/** What passes runs outside of the request: a client's one socket, opened by whoever came first, calls back for all. */
function guardCall(target: object, name: string, engine: Engine, reads: Reads): void {
  replaceMethod(target, name, 'judge', (original) => (self, args) => {
    if (!contexts.getStore()) return original.apply(self, args)
    const go = (): unknown => outside(() => original.apply(self, args.map(bindCallback)))
    const wait = (operations: readonly LdapOperation[]): unknown => {
      const [operation, ...rest] = operations
      if (!operation) return go()
      return settle<unknown>(
        engine.judgeInTime(operation),
        () => wait(rest),
        (refusal) => {
          const callback = lastCallback(args)
          if (!callback) return throws(refusal)
          process.nextTick(callback.bind(undefined), refusal)
          return undefined
        },
      )
    }
    return wait(engine.wants('ldap') ? reads(args).filter(saysAnything) : [])
  })
}

/** A search calls back with what emits its entries. */
function bindCallback(arg: unknown): unknown {
  if (typeof arg !== 'function') return arg
  const callback = arg as Method
  return bindContext(function bound(this: unknown, ...given: unknown[]) {
    if (given[1] instanceof EventEmitter) bindEmitter(given[1] as EventEmitter)
    return callback.apply(this, given)
  })
}

/** What reads text and gives back an object, at once. */
export function guardParser(
  target: unknown,
  name: string,
  engine: Engine,
  read: (args: readonly unknown[]) => LdapOperation,
): void {
  replaceMethod(target, name, 'judge', (original) => (self, args) => {
    const operation = contexts.getStore() && engine.wants('ldap') ? read(args) : null
    const refusal = operation && saysAnything(operation) ? engine.judge(operation) : null
    return refusal ? throws(refusal) : original.apply(self, args)
  })
}
