/** A query parameter as text; the last one where it was given several times. */
export function textOf(value: unknown, otherwise: string): string {
  const last: unknown = Array.isArray(value) ? value.at(-1) : value
  return typeof last === 'string' ? last : otherwise
}
