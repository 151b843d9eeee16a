/**
 * Whether what these drivers write into a statement for its values may change the statement: they escape plain values, but an
 * object becomes `` `key` = value ``, one with `toSqlString` whatever it says, and of a `?` inside quotes they know nothing.
 */
export function mayRewrite(text: string, values: unknown): boolean {
  if (values === undefined || values === null) return false
  const all: readonly unknown[] = Array.isArray(values) ? values : [values]
  return all.some(isComposed) || standsQuoted(text)
}

function isComposed(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Date || Buffer.isBuffer(value)) return false
  return !Array.isArray(value) || value.some((item) => typeof item === 'object' && item !== null)
}

/** A `?` between quotes. */
function standsQuoted(text: string): boolean {
  if (!text.includes("'") && !text.includes('"')) return false
  let quote = ''
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (quote === '') {
      if (char === "'" || char === '"' || char === '`') quote = char
    } else if (char === quote) quote = ''
    else if (char === '\\' && quote !== '`') at += 1
    else if (char === '?') return true
  }
  return false
}
