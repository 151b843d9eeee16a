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

/** What an answer of HTTP/1 says, or is about to say. Once its head is made, headers that came with it are only in there. */
export function readHead(response: ServerResponse, status = response.statusCode, given?: Given): Head {
  const made = (response as { _header?: string | null })._header
  return {
    status,
    header: (name) => {
      if (typeof made !== 'string') return headerIn(given, name) ?? textOf(response.getHeader(name))
      const values = made
        .split('\r\n')
        .filter((line) => line.slice(0, name.length).toLowerCase() === name && line.charAt(name.length) === ':')
      return values.length === 0 ? null : values.map((line) => line.slice(name.length + 1).trim()).join(', ')
    },
  }
}

export const headOf = (status: number, given: Given): Head => ({ status, header: (name) => headerIn(given, name) })
