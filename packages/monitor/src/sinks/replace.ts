type AnyFunction = (this: never, ...args: never[]) => unknown

/**
 * Puts a guarded function in the place of a method, dressed as the original: name, length, and what hangs on it (`realpath.native`,
 * `util.promisify.custom`). A method that this version of the module lacks is left alone.
 */
export function replace<Method extends AnyFunction>(
  target: object,
  name: PropertyKey,
  make: (original: Method) => Method,
): void {
  const descriptor = Object.getOwnPropertyDescriptor(target, name)
  if (!descriptor || typeof descriptor.value !== 'function') return
  const original = descriptor.value as Method
  const guarded = make(original)
  for (const key of Reflect.ownKeys(original)) {
    if (key === 'prototype') continue
    Object.defineProperty(guarded, key, Object.getOwnPropertyDescriptor(original, key) as PropertyDescriptor)
  }
  Object.defineProperty(target, name, { ...descriptor, value: guarded })
}
