/**
 * PostgreSQL's text holds neither NUL nor half a surrogate pair: both become visible signs, everywhere in a value, so that what an
 * attacker sent can be stored and read.
 */
export function storable<T>(value: T): T {
  if (typeof value === 'string') return value.replaceAll('\0', '\u2400').toWellFormed() as T
  if (Array.isArray(value)) return value.map((item: unknown) => storable(item)) as T
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [storable(key), storable(item as unknown)]),
    ) as T
  }
  return value
}
