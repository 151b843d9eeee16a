const active = /url\s*\(|expression\s*\(|@import|behavior\s*:|-moz-binding|image-set\s*\(|attr\s*\(/i

/**
 * Whether a value adds to a style more than one value of one property.
 * @param before the style up to the value @param isAttribute of one element, not of a style sheet
 */
export function addsStyle(before: string, value: string, isAttribute: boolean): boolean {
  const quote = openQuote(before)
  if (quote !== '') return value.includes(quote) && /[;{}(]/.test(value)
  if (/url\(\s*[^)"']*$/i.test(before.slice(-256))) return value.includes(')') && /[;{}]|url/i.test(value)
  if (active.test(value) && /[(:]/.test(value)) return true
  if (!isAttribute) return /\}[^]*\{/.test(value)
  return /;\s*[a-z-]+\s*:/i.test(value) && before.trim() !== ''
}

/** The quote of the string in which the style is at its end. */
function openQuote(style: string): string {
  let quote = ''
  for (let at = Math.max(0, style.length - 4_096); at < style.length; at += 1) {
    const sign = style.charAt(at)
    if (sign === '\\') at += 1
    else if (quote !== '' ? sign === quote || sign === '\n' : sign === '"' || sign === "'")
      quote = quote === '' ? sign : ''
  }
  return quote
}
