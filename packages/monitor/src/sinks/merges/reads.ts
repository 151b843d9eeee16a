import type { OperationOf } from '@riposte/contract/wire'
import { wayInPath, wayInSource } from '@riposte/protections/prototype-ways'

export type Merge = OperationOf<'merge'>

/** Of a call's arguments, what would write to a prototype; null for nearly every call, and then nothing is judged. */
export type Reads = (args: readonly unknown[]) => Merge | null

const asSource = (value: unknown): Merge | null => (wayInSource(value) ? { kind: 'merge', value } : null)

const asPath = (path: unknown, value?: unknown): Merge | null =>
  wayInPath(path) ? { kind: 'merge', value: value === undefined ? null : value, path } : null

function firstOf<Item>(items: readonly Item[], read: (item: Item) => Merge | null): Merge | null {
  for (const item of items) {
    const found = read(item)
    if (found) return found
  }
  return null
}

/** Everything from there on is gone through. */
export const sources =
  (from: number): Reads =>
  (args) =>
    firstOf(args.slice(from), asSource)

/** `extend(true, target, …)`; without the `true` names are copied and none is followed. */
export const whenDeep: Reads = (args) => (args[0] === true ? sources(2)(args) : null)

export const pathAt =
  (index: number): Reads =>
  (args) =>
    asPath(args[index], args[index + 1])

/** Paths from there on, or lists of them. */
export const paths =
  (from: number): Reads =>
  (args) =>
    firstOf(args.slice(from), (given) => (Array.isArray(given) ? listOf(given) : asPath(given)))

const listOf = (list: readonly unknown[]): Merge | null => firstOf(list, (path) => asPath(path)) ?? asPath(list)

/** A list of paths, or of sources. */
export const listed =
  (index: number, of: 'paths' | 'sources' = 'paths'): Reads =>
  (args) => {
    const list = args[index]
    if (!Array.isArray(list)) return null
    return of === 'paths' ? firstOf(list as unknown[], (path) => asPath(path)) : firstOf(list as unknown[], asSource)
  }

/** A path whose separator the caller may choose, or a list of such paths that are put together. */
export const separated: Reads = (args) => {
  const [, path, value, options] = args
  const { separator = '.' } = (options ?? {}) as { readonly separator?: unknown }
  const parts = Array.isArray(path) ? (path as unknown[]) : [path]
  const names = parts.flatMap((part) => (typeof part === 'string' ? part.split(String(separator)) : [part]))
  return asPath(names, value) ?? asPath(path, value)
}

/** Each name is a path. */
export const pairs: Reads = (args) => {
  const [target, options] = args
  if (typeof target !== 'object' || target === null) return null
  const { delimiter } = (options ?? {}) as { readonly delimiter?: unknown }
  const separator = typeof delimiter === 'string' && delimiter !== '' ? delimiter : '.'
  return firstOf(Object.keys(target), (key) => asPath(key.split(separator), (target as Record<string, unknown>)[key]))
}

/** Arguments of a command: `--a.b=1`. */
export const switches: Reads = ([list]) =>
  Array.isArray(list)
    ? firstOf(list as unknown[], (word) =>
        typeof word === 'string' && word.startsWith('-') ? asPath(word.replace(/^-+/, '').split('=', 1)[0]) : null,
      )
    : null
