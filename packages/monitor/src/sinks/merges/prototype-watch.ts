import { isNamedBy } from '@riposte/protections/prototype-ways'
import { contexts, type Context } from '../../core/context.ts'
import type { Engine } from '../../core/engine.ts'

/** A property that a prototype had when the watch began. */
interface Own {
  readonly owner: Shared
  readonly key: PropertyKey
  readonly descriptor: PropertyDescriptor
}
/** One that it has got since, or that is not what it was. */
interface Change {
  readonly name: string
  readonly owner: Shared
  readonly key: string
  readonly value: unknown
  readonly own: Own | null
}
type Shared = Record<PropertyKey, unknown>

/** What nobody named in a request for so long is the app's, such as a polyfill that was loaded late. */
const ownAfterMs = 60_000

const label = (owner: object): string =>
  owner === Object.prototype ? 'Object' : owner === Array.prototype ? 'Array' : 'Function'
const nameOf = (owner: object, key: PropertyKey): string => `${label(owner)}.prototype.${String(key)}`

/**
 * An app's own merge is seen by what it does: objects that everybody shares have got a property, or theirs is another. Where the
 * request that names it is blocked, they are as they were; nothing is frozen.
 */
export class PrototypeWatch {
  readonly #engine: Engine
  readonly #clock: () => number
  readonly #owners = [Object.prototype, Array.prototype, Function.prototype] as unknown as readonly Shared[]
  readonly #probes: readonly object[] = [{}, [], () => undefined]
  readonly #had: readonly Own[]
  readonly #accepted = new Set<string>()
  readonly #firstSeen = new Map<string, number>()
  /** Requests of which was told, and that were left to go on. */
  readonly #told = new WeakMap<Context, string>()
  #looking = false

  constructor(engine: Engine, clock: () => number = Date.now) {
    this.#engine = engine
    this.#clock = clock
    this.#had = this.#owners.flatMap((owner) =>
      Reflect.ownKeys(owner).flatMap((key) => {
        const descriptor = Object.getOwnPropertyDescriptor(owner, key) as PropertyDescriptor
        return 'value' in descriptor ? [{ owner, key, descriptor }] : []
      }),
    )
    for (const owner of this.#owners) for (const key of Object.keys(owner)) this.#accepted.add(nameOf(owner, key))
  }

  /** Judges, in the context of a request, what has become of the prototypes. Next to nothing while they are as they were. */
  check(): void {
    if (this.#looking || this.#isQuiet()) return
    const context = contexts.getStore()
    if (!context || context.blocked || !this.#engine.wants('merge')) return
    this.#looking = true
    this.#engine.aside('prototypes', () => this.#look(context))
    this.#looking = false
  }

  #isQuiet(): boolean {
    for (const probe of this.#probes) for (const key in probe) if (!this.#isAccepted(key)) return false
    for (const { owner, key, descriptor } of this.#had)
      if (owner[key] !== descriptor.value && !this.#accepted.has(nameOf(owner, key))) return false
    return true
  }

  #isAccepted(key: string): boolean {
    return this.#owners.every((owner) => !Object.hasOwn(owner, key) || this.#accepted.has(nameOf(owner, key)))
  }

  #look(context: Context): void {
    const changes = this.#changes()
    if (changes.length === 0) return
    const changed = changes.map(({ name }) => name)
    const all = changed.join()
    if (this.#told.get(context) === all) return
    const { inputs } = context.inputs()
    const told = this.#engine.counters.findings
    // A property named `get` or `value` breaks whoever describes one, us too: it is judged while they are away.
    for (const change of changes) putBack(change)
    const refusal = this.#engine.judge({ kind: 'merge', value: valuesOf(changes), changed })
    for (const change of changes)
      if (!refusal || !isNamedBy(change.key, inputs)) change.owner[change.key] = change.value
    if (this.#engine.counters.findings > told) this.#told.set(context, all)
    else this.#accept(changed)
  }

  #changes(): readonly Change[] {
    const others = this.#had
      .filter(({ owner, key, descriptor }) => typeof key === 'string' && owner[key] !== descriptor.value)
      .map((own) => changeOf(own.owner, own.key as string, own))
    const added = this.#owners.flatMap((owner) =>
      Object.keys(owner)
        .filter((key) => !this.#had.some((own) => own.owner === owner && own.key === key))
        .map((key) => changeOf(owner, key, null)),
    )
    return [...added, ...others].filter(({ name }) => !this.#accepted.has(name))
  }

  #accept(names: readonly string[]): void {
    const now = this.#clock()
    for (const name of names) {
      const since = this.#firstSeen.get(name) ?? now
      this.#firstSeen.set(name, since)
      if (now - since < ownAfterMs) continue
      this.#accepted.add(name)
      this.#firstSeen.delete(name)
    }
  }
}

/** Looks before each operation and before an answer has a head: the last moment at which the request can get another answer. */
export function watchPrototypes(engine: Engine): void {
  const watch = new PrototypeWatch(engine)
  engine.lookout = () => watch.check()
}

const changeOf = (owner: Shared, key: string, own: Own | null): Change => ({
  name: nameOf(owner, key),
  owner,
  key,
  value: owner[key],
  own,
})

function putBack({ owner, key, own }: Change): void {
  if (!own) Reflect.deleteProperty(owner, key)
  else if (Object.hasOwn(owner, key)) owner[key] = own.descriptor.value
  // A descriptor that inherits would be read with what was put on the prototype.
  else Object.defineProperty(owner, key, Object.assign(Object.create(null) as object, own.descriptor))
}

const valuesOf = (changes: readonly Change[]): object =>
  Object.fromEntries(changes.map(({ name, value }) => [name, typeof value === 'function' ? 'function' : value]))
