import { listed, pairs, pathAt, paths, separated, sources, switches, whenDeep, type Reads } from './reads.ts'

/** The functions that a file of a package exports, or those of an object in there (`object.name`), and that write where names lead; '' is what it exports itself. */
export type Doors = Readonly<Record<string, Reads>>

export interface Library {
  readonly module: string
  /** Doors of the main entry and of further files; where several stand for the main entry each is named. */
  readonly files: Readonly<Record<string, Doors>>
  /** Doors that values wrapped by the main entry have as methods, whose first argument is the wrapped value. */
  readonly wrapped?: boolean
}

const lodashDoors: Doors = {
  merge: sources(1),
  mergeWith: sources(1),
  defaultsDeep: sources(1),
  set: pathAt(1),
  setWith: pathAt(1),
  update: pathAt(1),
  updateWith: pathAt(1),
  unset: pathAt(1),
  omit: paths(1),
  zipObjectDeep: listed(0),
}

const single = (reads: Reads): Doors => ({ '': reads })

const lodashFiles = Object.fromEntries(
  Object.entries(lodashDoors).map(([name, reads]) => [`${name}.js`, single(reads)]),
)

/** `lodash.merge` and the like: one function, a package of its own. */
const lodashPackages: readonly Library[] = Object.entries(lodashDoors)
  .filter(([name]) => name !== 'updateWith')
  .map(([name, reads]) => ({ module: `lodash.${name.toLowerCase()}`, files: { '': single(reads) } }))

const objectPathDoors: Doors = {
  set: pathAt(1),
  ensureExists: pathAt(1),
  push: pathAt(1),
  insert: pathAt(1),
  empty: pathAt(1),
  del: pathAt(1),
}

/** A path through what is inherited is followed by that copy alone. */
const inheriting = Object.fromEntries(
  Object.entries(objectPathDoors).map(([name, reads]) => [`withInheritedProps.${name}`, reads]),
)

/** Libraries that merge, or set by a path. */
export const libraries: readonly Library[] = [
  {
    module: 'lodash',
    files: { 'lodash.js': lodashDoors, 'lodash.min.js': lodashDoors, ...lodashFiles },
    wrapped: true,
  },
  ...lodashPackages,
  {
    module: 'deepmerge',
    files: {
      '': { '': sources(0), all: listed(0, 'sources') },
      'dist/cjs.js': { '': sources(0), all: listed(0, 'sources') },
    },
  },
  { module: 'deep-extend', files: { '': single(sources(1)), 'lib/deep-extend.js': single(sources(1)) } },
  { module: 'extend', files: { '': single(whenDeep) } },
  {
    module: 'merge',
    files: {
      'merge.js': { '': sources(0), recursive: sources(0) },
      'lib/src/index.js': { default: sources(0), merge: sources(0), recursive: sources(0) },
    },
  },
  { module: 'merge-deep', files: { '': single(sources(1)) } },
  { module: 'mixin-deep', files: { '': single(sources(1)) } },
  { module: 'defaults-deep', files: { '': single(sources(1)) } },
  { module: 'dot-prop', files: { '': { set: pathAt(1), delete: pathAt(1) } } },
  { module: 'object-path', files: { '': { ...objectPathDoors, ...inheriting } } },
  { module: 'set-value', files: { '': single(separated) } },
  { module: 'flat', files: { '': { unflatten: pairs } } },
  { module: 'minimist', files: { '': single(switches) } },
]
