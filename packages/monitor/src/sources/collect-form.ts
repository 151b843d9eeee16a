import { actsUndecoded, decodeFormComponent } from './decode-text.ts'
import { splitName } from './split-name.ts'
import { documentName, type ValueCollector } from './value-collector.ts'

/** Names and values of a query or of an urlencoded body, pair after pair, so that a flood is not read beyond what is kept. */
export function collectForm(collector: ValueCollector, text: string, source: string): void {
  for (let at = 0; at <= text.length && text !== '';) {
    const end = text.indexOf('&', at)
    const pair = text.slice(at, end === -1 ? text.length : end)
    if (pair !== '') {
      if (collector.isOver(source)) return
      collectPair(collector, pair, source)
    }
    if (end === -1) return
    at = end + 1
  }
}

function collectPair(collector: ValueCollector, pair: string, source: string): void {
  const equals = pair.indexOf('=')
  const name = decodeFormComponent(equals === -1 ? pair : pair.slice(0, equals))
  const raw = equals === -1 ? '' : pair.slice(equals + 1)
  const { path } = collectName(collector, name, source)
  const value = decodeFormComponent(raw)
  if (path === documentName) collector.addDocument(source, path, value)
  else collector.add(source, path, value)
  if (value !== raw && actsUndecoded(raw)) collector.add(source, path, raw)
}

/** The name as it came, and each part that a parser makes a key of. */
export function collectName(collector: ValueCollector, name: string, source: string): { readonly path: string } {
  const { path, parts } = splitName(name)
  collector.addName(source, path, name)
  if (parts.length > 1) for (const part of parts) collector.addName(source, path, part)
  return { path }
}
