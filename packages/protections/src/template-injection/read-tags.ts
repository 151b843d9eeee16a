import { escapeForPattern, Finder, Parts, type Delimiters, type Template } from './template.ts'

/** `ejs`: a tag ends at the next closing sign, whatever stands between; `<%%` and `%%>` are text. */
export function readEjs(text: string, delimiters: Delimiters): Template {
  const opening = delimiters['openDelimiter'] ?? '<'
  const sign = delimiters['delimiter'] ?? '%'
  const closing = delimiters['closeDelimiter'] ?? '>'
  const open = opening + sign
  const close = sign + closing
  const literals = [`${open}${sign}`, `${sign}${close}`]
  const openers = ['=', '-', '_', '#', ''].map((mark) => open + mark)
  const closers = [close, `-${close}`, `_${close}`]
  const pattern = new RegExp([...literals, ...openers, ...closers].map(escapeForPattern).join('|'), 'g')
  const parts = new Parts()
  let from = 0
  let opener = ''
  for (const { 0: found, index } of text.matchAll(pattern)) {
    const isCloser = closers.includes(found)
    if (opener !== '') {
      if (opener === `${open}#`) parts.comment(from, index)
      else parts.code(from, index, 'javascript')
      // A sign that has no place in a tag: the engine refuses the template.
      const isStray = literals.includes(found)
      if (isCloser || isStray) parts.sign(index, index + found.length)
      opener = ''
      from = isCloser || isStray ? index + found.length : index
      if (isCloser || isStray) continue
    }
    if (!openers.includes(found)) continue
    parts.text(from, index)
    parts.sign(index, index + found.length)
    opener = found
    from = index + found.length
  }
  if (opener === '') parts.text(from, text.length)
  else parts.code(from, text.length, 'javascript')
  return { text, parts: parts.list }
}

/** `_.template`: patterns, of which a tag without an end matches none. Those of the app's own run as the engine runs them. */
export function readLodash(text: string, delimiters: Delimiters): Template {
  const { escape, evaluate, interpolate } = delimiters
  if (escape ?? evaluate ?? interpolate ?? delimiters['substitution']) return readPatterns(text, delimiters)
  const parts = new Parts()
  const close = new Finder(text, '%>')
  const brace = new Finder(text, '}')
  let from = 0
  const tag = (start: number, content: number, end: number, closing: number): void => {
    parts.text(from, start)
    parts.sign(start, content)
    parts.code(content, end, 'javascript')
    parts.sign(end, end + closing)
    from = end + closing
  }
  for (let at = nextOf(text, 0); at !== -1; at = nextOf(text, Math.max(from, at + 1))) {
    if (text.charCodeAt(at) === 36) {
      const end = endOfSubstitution(text, at + 2, brace)
      if (end !== -1) tag(at, at + 2, end, 1)
      continue
    }
    const mark = /^<%[-=]/.test(text.slice(at, at + 3)) ? 3 : 2
    const end = close.from(at + mark + 1)
    // `<%=%>` is no tag that shows, but may be one that runs `=`.
    const shorter = end === -1 && mark === 3 ? close.from(at + 3) : end
    if (shorter !== -1) tag(at, at + (end === -1 ? 2 : mark), shorter, 2)
  }
  parts.text(from, text.length)
  return { text, parts: parts.list }
}

const opener = /<%|\$\{/g

function nextOf(text: string, from: number): number {
  opener.lastIndex = from
  return opener.exec(text)?.index ?? -1
}

/** The first brace that no backslash stands before; a backslash at the end of a line spoils the tag. */
function endOfSubstitution(text: string, from: number, brace: Finder): number {
  if (brace.from(from) === -1) return -1
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 125) return at
    if (code !== 92) continue
    at += 1
    if (/[\n\r\u2028\u2029]/.test(text.charAt(at))) return -1
  }
  return -1
}

const nothing = '($^)'

function readPatterns(text: string, { escape, evaluate, interpolate, substitution }: Delimiters): Template {
  const usual = { escape: '<%-([\\s\\S]+?)%>', interpolate: '<%=([\\s\\S]+?)%>', evaluate: '<%([\\s\\S]+?)%>' }
  const showing = interpolate ?? usual.interpolate
  // What the app replaced the usual pattern by takes `${}` away with it.
  const own = substitution ?? (showing === usual.interpolate ? '\\$\\{([^\\\\}]*(?:\\\\.[^\\\\}]*)*)\\}' : nothing)
  const parts = new Parts()
  let pattern: RegExp
  try {
    pattern = new RegExp(
      [escape ?? usual.escape, showing, own, evaluate ?? usual.evaluate].map((source) => `(?:${source})`).join('|'),
      'g',
    )
  } catch {
    parts.text(0, text.length)
    return { text, parts: parts.list }
  }
  let from = 0
  for (const match of text.matchAll(pattern)) {
    const whole = match[0]
    if (whole === '') continue
    const content = match.slice(1).find(Boolean) ?? ''
    const start = match.index + Math.max(0, whole.indexOf(content))
    parts.text(from, match.index)
    parts.sign(match.index, start)
    parts.code(start, start + content.length, 'javascript')
    from = match.index + whole.length
    parts.sign(start + content.length, from)
  }
  parts.text(from, text.length)
  return { text, parts: parts.list }
}

/** An engine that is not known by name: all that looks like a tag. */
export function readAnyTags(text: string): Template {
  const parts = new Parts()
  const pattern = /<%[-=#_~]?|\{\{|\{%|\{#|[$#!]\{/g
  const ends = new Map(['%>', '}}', '%}', '#}', '}'].map((end) => [end, new Finder(text, end)]))
  let from = 0
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const [open] = match
    const close = open.startsWith('<%')
      ? '%>'
      : open === '{{'
        ? '}}'
        : open === '{%'
          ? '%}'
          : open === '{#'
            ? '#}'
            : '}'
    const start = match.index + open.length
    const end = ends.get(close)?.from(start) ?? -1
    if (end === -1) continue
    parts.text(from, match.index)
    parts.sign(match.index, start)
    parts.code(start, end, 'javascript')
    from = end + close.length
    parts.sign(end, from)
    pattern.lastIndex = from
  }
  parts.text(from, text.length)
  return { text, parts: parts.list }
}

/** A text that is code throughout: an option of an engine that becomes code. */
export function readScript(text: string): Template {
  const parts = new Parts()
  parts.code(0, text.length, 'javascript')
  return { text, parts: parts.list }
}
