import { contexts } from '../core/context.ts'
import type { Engine } from '../core/engine.ts'
import { filterIn, guardParser, operationOf, saysAnything, type LdapOperation } from './ldapjs.ts'
import { settle, type Verdict } from './settle.ts'
import type { Sink } from './sink.ts'
import { outside, rejects, replaceMethod, type Method } from './statement-door.ts'

interface Exports {
  readonly Client?: { readonly prototype: object }
  readonly FilterParser?: object
}

/** Client calls with the name of the entry that they are about; `modifyDN` has two. */
const namingCalls: Readonly<Record<string, number>> = { add: 1, bind: 1, compare: 1, del: 1, modify: 1, modifyDN: 2 }

/** `ldapts`. Filters and names that are objects hold values as what they are. */
export const ldapts: Sink = {
  module: 'ldapts',
  ownText: 'Illegal_unescaped_character:',
  kinds: ['ldap'],
  esModules: ['dist/index.mjs'],
  patch: (exports, engine) => {
    const { Client, FilterParser } = exports as Exports
    if (!Client) throw new Error('this ldapts has no Client')
    const { prototype } = Client
    for (const [name, count] of Object.entries(namingCalls)) {
      guardCall(prototype, name, engine, (args) => args.slice(0, count).map((value) => operationOf('', value)))
    }
    const search: Reads = ([base, options]) => [operationOf(filterIn(options), base)]
    guardCall(prototype, 'search', engine, search)
    replaceMethod(prototype, 'searchPaginated', 'judge', (original) => (self, args) => {
      const pages = original.apply(self, args)
      return contexts.getStore() ? holdPages(pages as Pages, verdictOf(engine, search(args))) : pages
    })
    guardParser(FilterParser, 'parseString', engine, ([text]) => operationOf(text, ''))
  },
}

type Reads = (args: readonly unknown[]) => readonly LdapOperation[]

function guardCall(target: object, name: string, engine: Engine, reads: Reads): void {
  replaceMethod(target, name, 'judge', (original) => (self, args) => {
    if (!contexts.getStore()) return original.apply(self, args)
    const go = (): unknown => outside(() => original.apply(self, args))
    return settle<unknown>(verdictOf(engine, reads(args)), go, rejects)
  })
}

function verdictOf(engine: Engine, operations: readonly LdapOperation[]): Verdict {
  if (!engine.wants('ldap')) return null
  const [first, ...rest] = operations.filter(saysAnything)
  if (!first) return null
  return settle<Verdict>(
    engine.judgeInTime(first),
    () => verdictOf(engine, rest),
    (refusal) => refusal,
  )
}

type Pages = Record<'next' | 'return' | 'throw', unknown>

/** Nothing is asked before the first page is. */
function holdPages(pages: Pages, verdict: Verdict): Pages {
  for (const name of ['next', 'return', 'throw'] as const) {
    const original = pages[name] as Method
    const held = (...args: unknown[]): unknown =>
      settle<unknown>(verdict, () => outside(() => original.apply(pages, args)), rejects)
    Object.defineProperty(pages, name, { value: held, configurable: true, writable: true })
  }
  return pages
}
