import type { Chance } from './chance.ts'

/** What breaks programs that take text for granted. */
const odd = [
  '\0',
  '\ud800',
  '\udc00',
  '\ud83d',
  '\ufeff',
  '\u202e',
  '\u00a0',
  '\u2028',
  '\u0130',
  '\u1e9e',
  'ﬃ',
  '\u0345',
  '🧨',
  '\x1b[0m',
  '\r\n',
  '\v',
  '\f',
  '\x7f',
  '\x85',
  '\uffff',
]
const signs = Array.from('\'"`\\/;:,.|&<>()[]{}$%#@!?*+-=~^_ \t\n')
const words = [
  'a',
  'x1',
  'select',
  'or',
  'http',
  'etc',
  'constructor',
  '__proto__',
  'true',
  'null',
  '0',
  '127',
  'Müller',
]
const encoded = [
  '%27',
  '%2e%2e%2f',
  '%u0027',
  '%',
  '&#39;',
  '&quot',
  '\\u0027',
  '\\x27',
  'eyJhIjoxfQ==',
  "{'$ne':1}",
  '%25%32%37',
]

/** Anything at all, of some length. */
export function anyText(chance: Chance): string {
  const parts = chance.several(0, chance.pick([2, 6, 30]), () =>
    chance.pick(chance.pick([odd, signs, signs, words, words, encoded])),
  )
  const text = parts.join(chance.pick(['', '', ' ']))
  return chance.is(0.002) ? text.repeat(1 + chance.below(Math.ceil(1_000_000 / (text.length + 1)))) : text
}

/** What an app may have done to a value before it used it; `send` is what the client sent so that `arrive` comes out. */
export interface Change {
  readonly name: string
  readonly send: (arrive: string) => string
}

const percent = (text: string): string =>
  [...Buffer.from(text, 'utf8')].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')

export const changes: readonly Change[] = [
  { name: 'as given', send: (text) => text },
  { name: 'URL-encoded', send: (text) => encodeURIComponent(text.toWellFormed()) },
  { name: 'URL-encoded throughout', send: percent },
  { name: 'URL-encoded twice', send: (text) => encodeURIComponent(percent(text)) },
  { name: 'base64', send: (text) => Buffer.from(text, 'utf8').toString('base64') },
  { name: 'base64url', send: (text) => Buffer.from(text, 'utf8').toString('base64url') },
  { name: 'hex', send: (text) => Buffer.from(text, 'utf8').toString('hex') },
  { name: 'in JSON', send: (text) => JSON.stringify({ value: text }) },
  { name: 'a JSON string', send: (text) => JSON.stringify(text) },
  { name: 'HTML entities', send: (text) => text.replace(/[^A-Za-z0-9 ]/g, (sign) => `&#${sign.charCodeAt(0)};`) },
  { name: 'trimmed', send: (text) => `  ${text}\n` },
]
