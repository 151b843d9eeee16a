import { describe, expect, it } from 'vitest'
import { growth } from '@riposte/testkit/growth'
import { detect } from './detect.ts'

const inputs = (values: readonly string[]) =>
  values.map((value, index) => ({ source: 'body', path: `[${index}]`, value }))

/** Four times the text; sixteen times the time would be a square. Between them lies what collecting garbage costs. */
const limit = 14

const judge = (command: string, values: readonly string[]): unknown =>
  detect({ kind: 'shell', command }, inputs(values))

const shapes: readonly (readonly [string, (size: number) => { command: string; values: string[] }])[] = [
  ['an escaped text of quotes', (size) => ({ command: `echo '${"'\\''".repeat(size)}'`, values: ["'".repeat(size)] })],
  [
    'a value that is nearly everywhere',
    (size) => ({ command: `ls '${'a b '.repeat(size)}'`, values: [`${'a b '.repeat(size / 2)}!`] }),
  ],
  ['a value that stands a million times', (size) => ({ command: `ls '${'a;'.repeat(size)}'`, values: ['a;a'] })],
  ['open substitutions', (size) => ({ command: `ls ${'$('.repeat(size)}`, values: ['$( $('] })],
  ['open substitutions in quotes', (size) => ({ command: `ls ${'"$('.repeat(size)}`, values: ['"$("$('] })],
  ['open parameters', (size) => ({ command: `ls ${'${a'.repeat(size)}`, values: ['${a${a'] })],
  ['open arithmetic', (size) => ({ command: `ls ${'$(('.repeat(size)}`, values: ['$(($(('] })],
  ['backquotes', (size) => ({ command: `ls ${'`a '.repeat(size)}`, values: ['`a `a'] })],
  ['escaped backquotes in backquotes', (size) => ({ command: `ls \`${'\\`'.repeat(size)}\``, values: ['\\`\\`'] })],
  ['braces', (size) => ({ command: `ls ${'{'.repeat(size)}${',}'.repeat(size)}`, values: ['{{,}'] })],
  ['braces with dots', (size) => ({ command: `ls ${'{a'.repeat(size)}${'}'.repeat(size)}`, values: ['{a{a'] })],
  ['brackets', (size) => ({ command: `ls ${'[a'.repeat(size)}]`, values: ['[a[a'] })],
  ['tildes in an assignment', (size) => ({ command: `a=${':~'.repeat(size)} ls`, values: [':~:~'] })],
  ['here-documents', (size) => ({ command: `${'cat <<E;'.repeat(size)}\n${'E\n'.repeat(size)}`, values: ['E\nE'] })],
  [
    'lines that nearly end a here-document',
    (size) => ({ command: `cat <<${'E'.repeat(99)}\n${`${'E'.repeat(98)}\n`.repeat(size / 99)}`, values: ['E\nE'] }),
  ],
  [
    'a delimiter of lines',
    (size) => ({ command: `cat <<'${'\n'.repeat(size)}'\n${'\n'.repeat(size)}`, values: ['\n\n'] }),
  ],
  ['operators', (size) => ({ command: `ls ${';&|'.repeat(size)}`, values: [';&|;', `;${';'.repeat(size)}`] })],
  [
    'signs in a value that stands there',
    (size) => ({ command: `ls x${';'.repeat(size)}`, values: [`x${';'.repeat(size)}`] }),
  ],
  ['white space', (size) => ({ command: `ls${' '.repeat(size)} x`, values: [`a${' '.repeat(size)};id`] })],
  ['options', (size) => ({ command: `ls ${'--a=b '.repeat(size)}`, values: ['--a=b', '-a', '--a'] })],
  ['an option that is nearly one for code', (size) => ({ command: `sh -${'c'.repeat(size)}! x`, values: ['a; b'] })],
  ['commands that run code', (size) => ({ command: `sh -c 'a b';`.repeat(size / 8), values: ['a b', 'b; c'] })],
  [
    'code in code in code',
    (size) => ({ command: `sh -c "sh -c 'sh -c \\"${'a;b '.repeat(size)}\\"'"`, values: ['a;b', 'b a'] }),
  ],
  ['percent signs', (size) => ({ command: 'ls', values: ['%25'.repeat(size)] })],
  ['separators', (size) => ({ command: 'ls', values: [`; ${',/;|&='.repeat(size)}`] })],
]

describe('the time grows with the command and not faster', () => {
  it.each(shapes)('%s', (_, make) => {
    const small = make(8_000)
    const large = make(32_000)
    const ratio = growth(
      () => judge(small.command, small.values),
      () => judge(large.command, large.values),
      limit,
    )
    expect(ratio).toBeLessThan(limit)
  })

  it('a megabyte of command with a thousand values', () => {
    const values = Array.from({ length: 1_000 }, (_, index) => `value number ${index}: it's fine; $(id) or not`)
    const make = (times: number) => `echo '${values.join(' ').replaceAll("'", "'\\''").repeat(times)}'`
    const [quarter, whole] = [make(7), make(28)]
    expect(whole.length).toBeGreaterThan(1_000_000)
    const ratio = growth(
      () => judge(quarter, values),
      () => judge(whole, values),
      limit,
    )
    expect(ratio).toBeLessThan(limit)
  })

  it('arguments of a megabyte', () => {
    const all = Array.from({ length: 1_000 }, (_, index) => `argument ${index} `.repeat(80))
    const given = inputs([...all.slice(0, 100), '--x', '; id'])
    const run = (count: number) => detect({ kind: 'exec', file: 'git', args: all.slice(0, count) }, given)
    expect(run(1_000)).toBeNull()
    expect(
      growth(
        () => run(250),
        () => run(1_000),
        limit,
      ),
    ).toBeLessThan(limit)
  })

  it('a value that would be found behind ten thousand harmless ones', () => {
    const values = [...Array.from({ length: 10_000 }, (_, index) => `harmless ${index}`), 'a; id']
    expect(detect({ kind: 'shell', command: 'ls a; id' }, inputs(values))).not.toBeNull()
  })
})
