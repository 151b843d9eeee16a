import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Head } from './watcher.ts'

type Given = OutgoingHttpHeaders | readonly unknown[] | undefined

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.join(', ')
  return typeof value === 'number' ? String(value) : null
}

/** Headers as `writeHead` and `respond` take them: an object, a list of pairs, or names and values in turn. */
export function headerIn(given: Given, name: string): string | null {
  if (given === undefined) return null
  if (!Array.isArray(given)) {
    for (const key in given as OutgoingHttpHeaders)
      if (key.length === name.length && key.toLowerCase() === name) return textOf((given as OutgoingHttpHeaders)[key])
    return null
  }
  const values: unknown[] = []
  const flat = Array.isArray(given[0]) ? (given as unknown[][]).flat() : given
  for (let at = 0; at + 1 < flat.length; at += 2) if (String(flat[at]).toLowerCase() === name) values.push(flat[at + 1])
  return values.length === 0 ? null : values.join(', ')
}

/** What an answer of HTTP/1 says, once its head is made: what came with the head is only in there. */
export function readHead(response: ServerResponse): Head {
  const made = (response as { readonly _header?: string | null })._header ?? ''
  let contentType: string | null | undefined
  return {
    status: response.statusCode,
    // Everybody asks for one of them.
    header: (name) => (name === 'content-type' ? (contentType ??= headerOfText(made, name)) : headerOfText(made, name)),
  }
}

/** @param made a head as it goes over the wire */
export function headerOfText(made: string, name: string): string | null {
  let found: string | null = null
  for (let at = made.indexOf('\r\n'); at !== -1;) {
    const start = at + 2
    const colon = start + name.length
    at = made.indexOf('\r\n', start)
    if (made.charCodeAt(colon) !== 58 || made.slice(start, colon).toLowerCase() !== name) continue
    const value = made.slice(colon + 1, at === -1 ? undefined : at).trim()
    found = found === null ? value : `${found}, ${value}`
  }
  return found
}

export const headOf = (status: number, given: Given): Head => ({ status, header: (name) => headerIn(given, name) })
