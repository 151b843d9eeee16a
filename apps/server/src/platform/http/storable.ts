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

/** Where a value holds text that cannot be stored as it is, as a path; null when nowhere. For what a person types: they are told. */
export function findUnstorable(value: unknown, path: readonly PropertyKey[] = []): readonly PropertyKey[] | null {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed() ? path : null
  if (typeof value !== 'object' || value === null) return null
  for (const [key, item] of Object.entries(value)) {
    const found = findUnstorable(item, [...path, Array.isArray(value) ? Number(key) : key])
    if (found) return found
  }
  return null
}

/** Whether lists and objects are nested further than that; looks no deeper, so that no nesting exhausts the stack. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((item) => isDeeperThan(item, levels - 1))
}
