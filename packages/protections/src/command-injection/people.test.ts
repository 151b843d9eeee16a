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

  it('what a browser sends along, whatever the app runs', () => {
    const headers = [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
      ...[
        'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8',
        '*/*',
        '*',
        'gzip, deflate, br',
      ],
      ...[
        'en-US,en;q=0.9',
        'keep-alive',
        'no-cache',
        'max-age=0',
        '"Chromium";v="140", "Not=A?Brand";v="8"',
        '?1',
        '?0',
      ],
      ...[
        'session=s%3Aabc.def; theme=dark; lang=en',
        'application/json; charset=utf-8',
        'W/"4d-x"',
        'bytes=0-',
        '1',
        'on',
      ],
      ...[
        'https://shop.example/a?b=1&c=d',
        'Basic YW5uOnB3',
        'Bearer eyJhbGciOiJIUzI1NiJ9.eyJpZCI6MX0.c2ln',
        'XMLHttpRequest',
      ],
    ]
    const own = [
      ...commands.map((command) => command.replace('{}', '"$QUERY"')),
      ...[
        'rm -f /tmp/cache/*',
        'ls *.log | wc -l',
        'tar czf /tmp/x.tgz --exclude="*.tmp" .',
        'test -f x && echo on || echo off',
      ],
      ...[
        'curl -s -H "Accept: */*" http://127.0.0.1:1/a?b=1',
        'git log --format=%H -n 1 > /tmp/rev',
        'sleep 1; echo 1',
      ],
      ...["awk '{print $1}' a | sort -u", 'for i in 1 2 3; do echo $i; done', 'node -e "console.log(1)" && exit 0'],
    ]
    const inputs = headers.map((value, index) => ({ source: 'headers', path: String(index), value }))
    expect(own.filter((command) => detect({ kind: 'shell', command }, inputs))).toEqual([])
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
