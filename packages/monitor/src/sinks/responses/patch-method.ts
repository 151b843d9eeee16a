export type Method<This> = (this: This, ...args: never[]) => unknown
export type Send<This> = (this: This, chunk?: unknown, encoding?: unknown, callback?: unknown) => unknown

interface Callable<This> {
  apply(self: This, given: ArrayLike<unknown>): unknown
}
export type Beneath<This> = () => Callable<This>

/** What stands under a method that is about to be put in front. One that was inherited is looked up anew: others may replace it later. */
export function beneath<This>(prototype: Record<string, Method<This>>, name: string): Beneath<This> {
  const own = prototype[name] as unknown as Callable<This>
  if (Object.hasOwn(prototype, name)) return () => own
  const parent = Object.getPrototypeOf(prototype) as Record<string, Callable<This> | undefined>
  return () => parent[name] ?? own
}

/** As what it stands for, in everything but what it does. */
export function define(target: object, name: string, value: unknown): void {
  let owner: object | null = target
  while (owner && !Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner) as object | null
  const enumerable = owner ? Object.getOwnPropertyDescriptor(owner, name)?.enumerable === true : false
  Object.defineProperty(target, name, { value, configurable: true, writable: true, enumerable })
}
