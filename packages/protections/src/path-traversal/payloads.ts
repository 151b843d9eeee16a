import fc from 'fast-check'

/** Names and steps of which paths are made, in the grammar of file systems. */
const steps = fc.oneof(
  { weight: 3, arbitrary: fc.constant('..') },
  { weight: 1, arbitrary: fc.constantFrom('.', '', '...', '..a', 'a..', 'x..y') },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'a',
      'b',
      'files',
      'files-old',
      'etc',
      'passwd',
      "O'Brien 1.txt",
      'naïve.png',
      '日本.txt',
    ),
  },
)

export const relativePath = fc.array(steps, { minLength: 1, maxLength: 7 }).map((names) => names.join('/'))
export const climbingPath = fc
  .tuple(fc.integer({ min: 1, max: 5 }), relativePath)
  .map(([up, rest]) => `${'../'.repeat(up)}${rest}`)
export const anyPath = fc.oneof(
  relativePath,
  climbingPath,
  climbingPath.map((path) => `/${path}`),
)

const urlEncodeAll = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')

/** How a client may write a value, and what the app then does to read it. */
export const writings: readonly (readonly [string, (text: string) => string])[] = [
  ['as it is', (text) => text],
  ['URL-encoded', (text) => encodeURIComponent(text)],
  ['URL-encoded to the last letter', urlEncodeAll],
  ['URL-encoded twice', (text) => encodeURIComponent(urlEncodeAll(text))],
  ['base64', (text) => Buffer.from(text).toString('base64')],
  ['base64url', (text) => Buffer.from(text).toString('base64url')],
  ['hex', (text) => Buffer.from(text).toString('hex')],
  ['a JSON text', (text) => JSON.stringify(text)],
  ['JSON', (text) => JSON.stringify({ n: 1, file: text })],
  ['JSON escapes', (text) => text.replace(/[./]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`)],
  ['HTML entities', (text) => text.replace(/[./]/g, (sign) => `&#${sign.charCodeAt(0)};`)],
  ['white space around', (text) => ` ${text}\n`],
  ['full-width signs', (text) => text.replaceAll('.', '．').replaceAll('/', '／')],
  ['overlong UTF-8', (text) => encodeURI(text).replaceAll('.', '%c0%ae').replaceAll('/', '%c0%af')],
  ['backslashes', (text) => text.replaceAll('/', '\\')],
  ['base64 of URL-encoded', (text) => Buffer.from(encodeURIComponent(text)).toString('base64')],
]

/** For an app that takes `../` out, but only once. */
export const forCleaning = (text: string): string => text.replaceAll('../', '....//')
