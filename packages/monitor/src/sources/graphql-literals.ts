/**
 * One text literal: a block between three quotes, or one between single quotes with its escapes. Comments hold none. One that is
 * never closed ends with its line or the document, so that every match succeeds and the whole stays linear.
 */
const literal = /#[^\n\r]*|"""((?:[^"\\]|\\(?:""")?|"(?!""))*)(?:"""|$)|"((?:[^"\\\n\r]|\\.?)*)(?:"|[\n\r]|$)/gs

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** What the text arguments inside a GraphQL document say, as a resolver gets them; nothing for a text that is no such document. */
export function graphqlLiterals(document: string, most: number): string[] {
  if (!document.includes('{') || !document.includes('"')) return []
  const found: string[] = []
  for (const [, block, text] of document.matchAll(literal)) {
    if (found.length >= most) break
    if (block !== undefined) found.push(block.replaceAll('\\"""', '"""').trim())
    else if (text !== undefined) found.push(unescape(text))
  }
  return found
}

function unescape(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(
    /\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|(.))/gs,
    (whole, point?: string, unit?: string, sign?: string) => {
      if (sign !== undefined) return escapes[sign] ?? sign
      const code = Number.parseInt(point ?? unit ?? '', 16)
      return code <= 0x10_ffff ? String.fromCodePoint(code) : whole
    },
  )
}
