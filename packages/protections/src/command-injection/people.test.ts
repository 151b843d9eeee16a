import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detect } from './detect.ts'
import { backslashed, doubleQuoted, singleQuoted, singleQuotedOtherwise } from './payloads.ts'

/** What people type: names, prose, code, file names, and words and signs that commands hold too. */
const typed = [
  ...[
    "O'Brien",
    "it's",
    "don't",
    "rock 'n' roll",
    '5\'10"',
    '(555) 123-4567',
    '2024-01-01',
    'C:\\dir\\',
    '100%',
    '#1',
    '-5',
  ],
  ...[
    '$1',
    '$$',
    '$5.00',
    'naïve',
    '日本語',
    '🙂',
    'a@b.com',
    "https://x.com/a?b=c&d='e'",
    '&amp;',
    '&#39;',
    '%27',
    '%3B',
    '\\n',
  ],
  ...[
    '\n',
    '\t',
    '{',
    '}',
    '()',
    '=>',
    '<b>',
    '`code`',
    '```',
    'my file (1).txt',
    'report "final".pdf',
    "Ann's notes.md",
    '~/x',
  ],
  ...[
    "const a = 'b';",
    'console.log("hi");',
    'ls -la; rm -rf /',
    'cat a | grep b > c',
    '$(whoami)',
    '${HOME}',
    'if [ -f x ]; then',
  ],
  ...[
    'ls',
    'grep',
    'git',
    'log',
    'app.log',
    'node',
    'echo',
    'sh',
    '-la',
    '--help',
    '--',
    '-',
    'a',
    'x',
    'error',
    'convert',
    '/srv',
  ],
  ...[
    "'",
    '"',
    ';',
    '&',
    '&&',
    '|',
    '||',
    '>',
    '<',
    '\\',
    '*',
    '?',
    '[x]',
    '{a,b}',
    '!',
    '^',
    'Q&A',
    'R&D',
    'C:\\\\x',
    '\\\\srv\\a',
  ],
] as const
const text = fc
  .array(fc.tuple(fc.constantFrom(...typed), fc.constantFrom(' ', ' ', '')), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.map(([part, space]) => part + space).join(''))
  .filter((value) => value.trim() !== '')
/** What may begin a word of its own without being an option. */
const noOption = text.filter((value) => !value.trim().startsWith('-'))

const ways: readonly (readonly [string, (value: string) => string])[] = [
  ['in single quotes', singleQuoted],
  ['in single quotes, shut around each apostrophe', singleQuotedOtherwise],
  ['in double quotes', doubleQuoted],
  ['behind backslashes', backslashed],
  ['in quotes, with words of the app beside it', (value) => singleQuoted(`the ${value} of it`)],
  ['in double quotes, with words of the app beside it', (value) => doubleQuoted(`fix: ${value}, please`)],
  ['in quotes, trimmed', (value) => singleQuoted(value.trim())],
  ['in quotes, in lower case', (value) => singleQuoted(value.toLowerCase())],
  ['in quotes, as JSON', (value) => singleQuoted(JSON.stringify({ q: value, n: 1 }))],
  ['in quotes, cut off', (value) => singleQuoted(value.slice(0, 12))],
  ['in quotes, in a command in quotes', (value) => `sh -c ${singleQuoted(`echo ${singleQuoted(value)}`)}`],
  ['in the environment', () => '"$QUERY"'],
]

const commands = [
  'grep -n -e {} app.log',
  'echo {} >> notes.txt && git log --oneline -n 5',
  'git commit -q -m {} -- src; git push',
  'convert in.png -gravity center -annotate 0 {} out.png',
  'ps aux | grep node | wc -l && printf "%s\\n" {}',
  'find /srv -name "*.log" -newer x -exec printf {} \\;',
  'for f in a b; do echo "$f" {}; done',
] as const

const isFound = (command: string, value: string): boolean =>
  detect({ kind: 'shell', command }, [{ source: 'body', path: 'q', value }]) !== null

describe('what people type raises nothing', () => {
  it.each(ways)('%s', (_, write) => {
    fc.assert(
      fc.property(noOption, fc.constantFrom(...commands), (value, command) => {
        const written = write(value)
        expect(
          isFound(
            command.replace('{}', () => written),
            value,
          ),
        ).toBe(false)
      }),
      { numRuns: 1_500, seed: 5 },
    )
  })

  it('as an argument of a program without a shell', () => {
    fc.assert(
      fc.property(noOption, fc.constantFrom('git', 'convert', '/usr/bin/grep', 'printf'), (value, file) => {
        const operation = { kind: 'exec', file, args: ['-v', value, `--title=${value}`, `the ${value}`, 'x'] } as const
        expect(detect({ ...operation, args: [...operation.args] }, [{ source: 'body', path: 'q', value }])).toBeNull()
      }),
      { numRuns: 1_500, seed: 6 },
    )
  })

  it('when the command holds none of it', () => {
    fc.assert(
      fc.property(noOption, fc.constantFrom(...commands), (value, command) => {
        // Lone words and signs of commands are among what is typed; words that follow each other as in a command are not.
        expect(isFound(command.replace('{}', '"$QUERY"'), value)).toBe(false)
      }),
      { numRuns: 3_000, seed: 7 },
    )
  })
})
