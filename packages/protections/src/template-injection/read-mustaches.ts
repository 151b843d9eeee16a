import { Quotes } from './quotes.ts'
import { escapeForPattern, Finder, Parts, type Delimiters, type Template } from './template.ts'

const mustache = /\{\{\{\{\/?|\{\{~?(?:!--|!|#>|#\*?|[>/^{&*])?/y

/** `handlebars`: `{{name}}`, `{{{raw}}}`, blocks, partials, comments, raw blocks, and `\{{` which is text. */
export function readHandlebars(text: string): Template {
  const parts = new Parts()
  const braces = new Finder(text, '{{')
  const commentEnds = { '--}}': new Finder(text, '--}}'), '--~}}': new Finder(text, '--~}}') }
  const short = new Finder(text, '}}')
  const rawEnd = new Finder(text, '{{{{/')
  const inside = { quotes: new Quotes(text), bracket: new Finder(text, ']') }
  let from = 0
  for (let at = braces.from(0); at !== -1; at = braces.from(at)) {
    if (text.charCodeAt(at - 1) === 92 && at > from && text.charCodeAt(at - 2) !== 92) {
      at += 2
      continue
    }
    mustache.lastIndex = at
    const open = mustache.exec(text)?.[0] ?? '{{'
    const start = at + open.length
    parts.text(from, at)
    parts.sign(at, start)
    if (open.includes('!')) {
      const long = open.endsWith('--')
        ? earliest(commentEnds['--}}'].from(start), commentEnds['--~}}'].from(start))
        : -1
      const end = open.endsWith('--') ? long : short.from(start)
      parts.comment(start, end === -1 ? text.length : end)
      from = end === -1 ? text.length : short.from(end) + 2
      if (end !== -1) parts.sign(end, from)
    } else {
      const end = endOfMustache(text, start, inside)
      from = closeOf(text, end)
      parts.code(start, end, 'handlebars')
      parts.sign(end, from)
      if (open === '{{{{') {
        const last = rawEnd.from(from)
        parts.text(from, last === -1 ? text.length : last)
        from = last === -1 ? text.length : last
      }
    }
    at = from
  }
  parts.text(from, text.length)
  return { text, parts: parts.list }
}

const earliest = (one: number, other: number): number =>
  one === -1 || other === -1 ? Math.max(one, other) : Math.min(one, other)

/** Where the closing braces of a tag begin; texts and names in brackets may hold some. */
function endOfMustache(
  text: string,
  start: number,
  { quotes, bracket }: { readonly quotes: Quotes; readonly bracket: Finder },
): number {
  let at = start
  while (at < text.length) {
    const sign = text.charAt(at)
    if (sign === '}' || (sign === '~' && text.startsWith('}}', at + 1))) return at
    if (sign === '"' || sign === "'") at = quotes.end(at)
    else if (sign === '[') at = Math.max(at + 1, bracket.from(at) + 1)
    // No name goes over the beginning of another tag.
    else if (sign === '{') return at
    else at += 1
  }
  return text.length
}

function closeOf(text: string, at: number): number {
  const close = /^(?:\}\}\}\}|\}~?\}\}|~?\}\}|\})/.exec(text.slice(at, at + 4))
  return at + (close?.[0].length ?? 0)
}

/** `nunjucks` and its kin: `{{ }}`, `{% %}`, `{# #}`, `raw` and `verbatim` blocks. */
export function readNunjucks(text: string, delimiters: Delimiters): Template {
  const sign = (name: string, usual: string): string => delimiters[name] ?? usual
  const ends = new Map([
    [sign('commentStart', '{#'), sign('commentEnd', '#}')],
    [sign('blockStart', '{%'), sign('blockEnd', '%}')],
    [sign('variableStart', '{{'), sign('variableEnd', '}}')],
  ])
  const [commentStart = '', blockStart = ''] = ends.keys()
  const opener = new RegExp([...ends.keys()].map((open) => `${escapeForPattern(open)}-?`).join('|'), 'g')
  const parts = new Parts()
  const quotes = new Quotes(text)
  const commentEnd = new Finder(text, ends.get(commentStart) ?? '#}')
  let from = 0
  for (let match = opener.exec(text); match; match = opener.exec(text)) {
    const found = match[0]
    const open = ends.has(found) ? found : found.slice(0, -1)
    const close = ends.get(open) ?? '}}'
    const start = match.index + found.length
    parts.text(from, match.index)
    parts.sign(match.index, start)
    const isComment = open === commentStart
    const found2 = isComment ? commentEnd.from(start) : endOfTag(text, start, close, quotes)
    let end = found2 === -1 ? text.length : found2
    if (end > start && text.charCodeAt(end - 1) === 45 && found2 !== -1) end -= 1
    if (isComment) parts.comment(start, end)
    else parts.code(start, end, 'nunjucks')
    from = found2 === -1 ? text.length : found2 + close.length
    parts.sign(end, from)
    const block =
      open === blockStart ? /^\s*(raw|verbatim)\s*$/.exec(text.slice(start, Math.min(end, start + 40))) : null
    if (block) {
      const last = new RegExp(`${escapeForPattern(open)}-?\\s*end${block[1] ?? ''}\\b`, 'g')
      last.lastIndex = from
      const next = last.exec(text)?.index ?? text.length
      parts.text(from, next)
      from = next
    }
    opener.lastIndex = from
  }
  parts.text(from, text.length)
  return { text, parts: parts.list }
}

function endOfTag(text: string, start: number, close: string, quotes: Quotes): number {
  let at = start
  while (at < text.length) {
    if (text.startsWith(close, at)) return at
    const sign = text.charAt(at)
    if (sign === '"' || sign === "'") {
      const end = quotes.end(at)
      // A text that nothing ends runs to the end of the template.
      if (end === at + 1) return -1
      at = end
    } else at += 1
  }
  return -1
}
