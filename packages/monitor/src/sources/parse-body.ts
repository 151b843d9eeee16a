import { collectForm } from './collect-form.ts'
import { charsetOf, decodeBytes, looksLikeText } from './decode-text.ts'
import { collectPart, partsOf } from './multipart.ts'
import type { ValueCollector } from './value-collector.ts'
import { xmlTexts } from './xml-text.ts'

/** The values of a body that no framework has parsed, by its declared type; text where the type says nothing that we know. */
export function collectBody(collector: ValueCollector, bytes: Buffer, contentType: string, path = ''): void {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type.startsWith('multipart/')) {
    collectMultipart(collector, bytes, contentType)
    return
  }
  if (!isText(type, bytes)) {
    collector.unread = `a body of the type ${type === '' ? 'unknown' : type}`
    return
  }
  const text = decodeBytes(bytes, charsetOf(contentType))
  if (type === 'application/x-www-form-urlencoded') {
    collectForm(collector, text, 'body')
    return
  }
  if (isLines.test(type)) collectLines(collector, text)
  else if (!collectJson(collector, text, path)) collectText(collector, text, type, path)
}

const isLines = /ndjson|jsonl|json-seq|json-lines/

/** A declared picture that is text after all is looked at: an app that parses it would not ask either. */
const isText = (type: string, bytes: Buffer): boolean =>
  /^text\/|json|xml|graphql|urlencoded|javascript|yaml|csv/.test(type) || looksLikeText(bytes)

/** Also where another type was declared: many apps parse whatever came. */
function collectJson(collector: ValueCollector, text: string, path: string): boolean {
  if (!/^\s*[[{"]/.test(text)) return false
  try {
    collector.addTree('body', JSON.parse(text), path)
    return true
  } catch {
    return false
  }
}

function collectLines(collector: ValueCollector, text: string): void {
  let line = 0
  for (let at = 0; at < text.length; line += 1) {
    if (collector.isOver('body')) return
    const end = text.indexOf('\n', at)
    const one = text.slice(at, end === -1 ? text.length : end).replace(/^\x1e/, '')
    if (!collectJson(collector, one, `[${line}]`)) collector.add('body', `[${line}]`, one.trim())
    at = end === -1 ? text.length : end + 1
  }
}

function collectText(collector: ValueCollector, text: string, type: string, path: string): void {
  const name = path === '' ? 'body' : path
  if (type.includes('graphql')) collector.addDocument('body', 'query', text)
  else collector.add('body', name, text)
  if (!/xml/.test(type) && !/^\s*<[?!A-Za-z]/.test(text)) return
  for (const piece of xmlTexts(text, 10_000)) {
    if (collector.isOver('body')) return
    collector.add('body', `${name} (text)`, piece)
  }
}

function collectMultipart(collector: ValueCollector, bytes: Buffer, contentType: string): void {
  let parts = 0
  for (const part of partsOf(bytes, contentType)) {
    if (collector.isOver('body')) return
    parts += 1
    // A part that is a multipart document itself is not opened: no parser of forms does.
    collectPart(collector, part, (content, type, path) =>
      type.toLowerCase().startsWith('multipart/')
        ? collector.add('body', path, content.toString('latin1'))
        : collectBody(collector, content, type, path),
    )
  }
  if (parts === 0) collector.unread = 'a form whose parts nobody can tell'
}
