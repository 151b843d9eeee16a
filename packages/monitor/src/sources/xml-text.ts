/** CDATA, a comment, a tag, or what stands between them; what is never closed ends with the document. */
const piece =
  /<!\[CDATA\[(.*?)(?:\]\]>|$)|<!--.*?(?:-->|$)|<((?:[^<>"']|"[^"]*(?:"|$)|'[^']*(?:'|$))*)(?:>|$|(?=<))|([^<]+)/gs
const quoted = /"([^"]*)"|'([^']*)'/g

/** The texts and attribute values of an XML document, as a parser hands them to the app: without markup, entities resolved. */
export function xmlTexts(document: string, most: number): string[] {
  const found: string[] = []
  for (const [, data, tag, text] of document.matchAll(piece)) {
    if (found.length >= most) break
    if (data !== undefined) found.push(data)
    else if (text !== undefined) keep(found, text)
    else if (tag !== undefined && tag.includes('='))
      for (const [, double, single] of tag.matchAll(quoted)) keep(found, double ?? single ?? '')
  }
  return found
}

function keep(found: string[], text: string): void {
  const trimmed = text.trim()
  if (trimmed !== '') found.push(resolve(trimmed))
}

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function resolve(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(
    /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(lt|gt|amp|quot|apos));/g,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return named[name] ?? whole
      const code = hex === undefined ? Number.parseInt(decimal ?? '', 10) : Number.parseInt(hex, 16)
      return code <= 0x10_ffff ? String.fromCodePoint(code) : whole
    },
  )
}
