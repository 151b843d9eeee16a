/** A form's field name as parsers read it: `filter[0][name]` is the path `filter[0].name` of three parts. */
export function splitName(name: string): { readonly path: string; readonly parts: readonly string[] } {
  if (!name.includes('[')) return { path: name, parts: [name] }
  const parts = name.split(/\[|\]\[?/, 64).filter((part) => part !== '')
  const path = parts.reduce(
    (sum, part) => (/^\d+$/.test(part) ? `${sum}[${part}]` : sum === '' ? part : `${sum}.${part}`),
    '',
  )
  return { path, parts }
}
