import fc from 'fast-check'
import { createRequire } from 'node:module'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { defaultLimits } from '../../packages/monitor/src/core/limits.ts'
import { ValueCollector } from '../../packages/monitor/src/sources/value-collector.ts'
import { libraries } from '../../packages/monitor/src/sinks/merges/libraries.ts'
import { detect } from '../../packages/protections/src/prototype-pollution/detect.ts'
import { folderOf, homes, install, type Home } from './support/install.ts'

type Call = (...args: unknown[]) => unknown

/** A function of a library, and how an app calls it with a body. */
interface Door {
  readonly module: string
  readonly name?: string
  readonly args: (body: never) => unknown[]
}
const body = (source: unknown): unknown[] => [{ theme: {}, list: [{}], name: 'x' }, source]
const at = ({ path: where, value }: { path: unknown; value: unknown }): unknown[] => [{ theme: {} }, where, value]
const list = ({ path: where, value }: { path: unknown; value: unknown }): unknown[] => [[where], [value]]

const merging: readonly Door[] = [
  { module: 'lodash', name: 'merge', args: body },
  { module: 'lodash', name: 'defaultsDeep', args: body },
  { module: 'lodash', name: 'mergeWith', args: (source) => [...body(source), () => undefined] },
  { module: 'lodash/merge', args: body },
  { module: 'lodash.merge', args: body },
  { module: 'lodash.defaultsdeep', args: body },
  { module: 'deep-extend', args: body },
  { module: 'defaults-deep', args: body },
  { module: 'extend', args: (source) => [true, ...body(source)] },
  { module: 'merge', name: 'recursive', args: body },
  { module: 'merge', name: 'recursive', args: (source) => [true, ...body(source)] },
  { module: 'merge-deep', args: body },
  { module: 'mixin-deep', args: body },
  { module: 'deepmerge', args: body },
]
const setting: readonly Door[] = [
  { module: 'lodash', name: 'set', args: at },
  { module: 'lodash', name: 'setWith', args: (given) => [...at(given), Object] },
  { module: 'lodash', name: 'zipObjectDeep', args: list },
  { module: 'lodash/set', args: at },
  { module: 'lodash.set', args: at },
  { module: 'dot-prop', name: 'set', args: at },
  { module: 'object-path', name: 'set', args: at },
  { module: 'object-path', name: 'withInheritedProps.set', args: at },
  { module: 'object-path', name: 'withInheritedProps.push', args: at },
  { module: 'set-value', args: at },
]

const shared = [Object.prototype, Array.prototype, Function.prototype] as unknown as Record<string, unknown>[]
const had = shared.map((owner) => Object.getOwnPropertyDescriptors(owner))

/** What else a path can reach is put back too, so that one run does not change the next. */
const reached = [Object, Array, Function, Array.prototype, Function.prototype].map((owner) => ({
  owner: owner as unknown as Record<string, unknown>,
  prototype: Object.getPrototypeOf(owner) as object,
  own: Object.getOwnPropertyNames(owner),
  values: Object.getOwnPropertyDescriptors(owner) as Record<string, PropertyDescriptor>,
}))

function putBack(): void {
  for (const { owner, prototype, own, values } of reached) {
    if (Object.getPrototypeOf(owner) !== prototype) Object.setPrototypeOf(owner, prototype)
    for (const key of Object.getOwnPropertyNames(owner)) if (!own.includes(key)) Reflect.deleteProperty(owner, key)
    for (const key of own) {
      const known = values[key]
      if (known && 'value' in known && known.writable === true && owner[key] !== known.value) owner[key] = known.value
    }
  }
}

/** What a call leaves on the prototypes, which are put back at once. */
function left(call: () => unknown): string[] {
  try {
    call()
  } catch {
    // Libraries stumble over some of it; what they did before counts.
  }
  const found = shared.flatMap((owner, index) => {
    const before = had[index] as Record<string, PropertyDescriptor>
    return Object.getOwnPropertyNames(owner).filter((key) => {
      const known = Object.hasOwn(before, key) ? before[key] : undefined
      if (!known) return Reflect.deleteProperty(owner, key)
      if (!('value' in known) || owner[key] === known.value) return false
      owner[key] = known.value
      return true
    })
  })
  putBack()
  return found
}

const inputsOf = (given: unknown) => {
  const collector = new ValueCollector(defaultLimits)
  collector.addTree('body', given)
  return collector.inputs
}

/** As the sink of that library and the detector together say. */
function flagged(door: Door, args: readonly unknown[], given: unknown): boolean {
  const [module = '', file] = door.module.split('/')
  const library = libraries.find((one) => one.module === module)
  const doors = library?.files[file === undefined ? '' : `${file}.js`] ?? Object.values(library?.files ?? {})[0]
  const operation = doors?.[door.name ?? '']?.(args)
  return operation ? detect(operation, inputsOf(given)) !== null : false
}

// No text alone: of one in that place merge 1.2.0 sets the letters, by number, which is left to what is seen afterwards.
const tails = ['{"p1":1}', '{"p1":{"a":[1]}}', '{"a":{},"p1":"x"}', '[1]', '{}', 'null', '1', '[]']
const ways = [
  '{"__proto__":$}',
  '{"constructor":{"prototype":$}}',
  '{"constructor":$}',
  '{"prototype":$}',
  '{"name":$}',
]
const places = ['$', '{"theme":$}', '{"list":[$]}', '{"other":{"deep":$}}', '{"a":1,"theme":{"b":$}}', '[$]']
/** Every tail below every way in every place, as texts: JSON makes names of what a literal would not. */
const sources = places.flatMap((place) =>
  ways.flatMap((way) => tails.map((tail) => place.replace('$', way.replace('$', tail)))),
)

const part = fc.constantFrom('__proto__', '__proto__', 'constructor', 'prototype', 'theme', 'a', '0', 'p1')
const parts = fc.array(part, { minLength: 1, maxLength: 5 })
const where: fc.Arbitrary<unknown> = fc.oneof(
  parts.map((all) => all.join('.')),
  parts.map((all) => all.map((name, index) => (index === 0 ? name : `["${name}"]`)).join('')),
  parts.map((all) => all.map((name, index) => (index === 0 ? name : `[${name}]`)).join('')),
  parts,
  parts.map((all) => all.map((name, index) => (index % 2 === 0 ? [name] : name))),
  parts.map((all) => all.map((name) => [[name]])),
  fc.constantFrom('constructor', 'a.constructor', 'prototype.a', 'x__proto__.y', 'a.__proto__', '__proto__'),
)

/** What leads to the prototype in one library or another, whatever chance brings. */
const certain: readonly unknown[] = [
  ...['__proto__.polluted', 'constructor.prototype.polluted', '__proto__["polluted"]', 'a.__proto__.polluted'],
  ...[
    ['__proto__', 'polluted'],
    ['constructor', 'prototype', 'polluted'],
    [['__proto__'], 'polluted'],
  ],
]

describe.each(homes)('%s libraries', (home: Home) => {
  let load: (module: string) => unknown
  beforeAll(() => {
    install(home)
    load = createRequire(path.join(folderOf(home), 'package.json'))
  })
  const find = ({ module, name }: Door): Call | null => {
    let exports: unknown
    try {
      exports = load(module)
    } catch {
      return null
    }
    let at = exports
    for (const part of name?.split('.') ?? []) at = (at as Record<string, unknown> | undefined)?.[part]
    return typeof at === 'function' ? (at as Call) : null
  }

  test('every merge that pollutes is found, and every finding pollutes by some library', () => {
    let polluting = 0
    for (const text of sources) {
      let anyFound = false
      let anyDone = false
      for (const door of merging) {
        const call = find(door)
        if (!call) continue
        const given: unknown = JSON.parse(text)
        const found = flagged(door, door.args(given as never), given)
        const done = left(() => call(...door.args(JSON.parse(text) as never)))
        if (done.length > 0 && !found)
          throw new Error(`${door.module} ${door.name ?? ''} left ${done.join()} of ${text}`)
        if (done.length > 0) polluting += 1
        anyFound ||= found
        anyDone ||= done.length > 0
      }
      if (home === 'older' && !text.startsWith('[')) expect({ text, anyFound }).toEqual({ text, anyFound: anyDone })
    }
    if (home === 'older') expect(polluting).toBeGreaterThan(50)
    else expect(polluting).toBe(0)
  })

  test('every path that pollutes is found, and one that leads nowhere is not', () => {
    let polluting = 0
    let idle = 0
    let other = 0
    fc.assert(
      fc.property(where, (given) => {
        for (const door of setting) {
          const call = find(door)
          if (!call) continue
          const request = { path: given, value: 'x' }
          const args = door.args(request as never)
          const found = flagged(door, args, request)
          const done = left(() => call(...door.args(structuredClone(request) as never)))
          if (done.length > 0) polluting += 1
          else if (found) idle += 1
          else other += 1
          if (done.length > 0 && !found)
            throw new Error(`${door.module} ${door.name ?? ''} left ${done.join()} of ${JSON.stringify(given)}`)
        }
      }),
      { numRuns: 500, examples: certain.map((path) => [path]) },
    )
    expect(idle + other).toBeGreaterThan(1_000)
    if (home === 'older') expect(polluting).toBeGreaterThan(20)
  })
})
