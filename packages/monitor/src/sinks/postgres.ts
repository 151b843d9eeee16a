import type { Sink } from './sink.ts'
import { bindCallbacks, StatementDoor } from './statement-door.ts'

/** A statement, or a part of one, that waits to be asked for its rows. */
interface Query {
  readonly strings: readonly string[]
  readonly args: readonly unknown[]
  readonly tagged: boolean
  executed: boolean
  reject(error: Error): void
}

/**
 * `postgres`. Values of its templates are bound; what `unsafe` says stands in the statement as it is, also as a part of a template. A
 * query runs when it is first waited for, and is judged then.
 */
export const postgres: Sink = {
  module: 'postgres',
  ownText: 'Query_not_called_as_a_tagged_template_literal',
  kinds: ['sql'],
  files: ['cjs/src/query.js'],
  esModules: ['src/query.js'],
  patch: (exports, engine, file) => {
    if (file === '') return
    const { Query } = exports as { readonly Query?: { readonly prototype: object } }
    if (!Query) throw new Error('this postgres has no Query')
    new StatementDoor(engine, 'postgresql').guard(Query.prototype, 'handle', {
      text: (_, self) => ((self as Query).executed ? null : textOf(self as Query, 0)),
      refuse: (error, _, self) => {
        const query = self as Query
        query.executed = true
        query.reject(error)
        return Promise.resolve()
      },
    })
    for (const name of ['forEach', 'cursor']) bindCallbacks(Query.prototype, name)
  },
}

const deepest = 32

function textOf({ strings, args, tagged }: Query, depth: number): string {
  if (!tagged) return strings[0] ?? ''
  let text = strings[0] ?? ''
  for (const [index, arg] of args.entries()) text += partOf(arg, depth) + (strings[index + 1] ?? '')
  return text
}

/** What the driver writes for it; helpers write quoted names and bound values. */
function partOf(arg: unknown, depth: number): string {
  if (depth > deepest || typeof arg !== 'object' || arg === null) return '$1'
  if (isQuery(arg)) return textOf(arg, depth + 1)
  if (Array.isArray(arg) && isQuery(arg[0])) return arg.map((item) => partOf(item, depth + 1)).join(' ')
  const { value } = arg as { value?: unknown }
  return arg.constructor.name === 'Identifier' && typeof value === 'string' ? value : '$1'
}

const isQuery = (arg: unknown): arg is Query =>
  arg instanceof Promise && 'strings' in arg && Array.isArray(arg.strings) && 'tagged' in arg && 'args' in arg
