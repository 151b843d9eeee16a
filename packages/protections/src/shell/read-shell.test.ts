import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readShell } from './read-shell.ts'
import { hole, placeOf, role } from './reading.ts'

const words = (text: string): string[] => readShell(text).words.map((word) => word.text)
/** One sign a character: what it does. */
const signs = 'pc.q\\_n;>(v*~{#'
const roles = (text: string): string => [...readShell(text).roles].map((of) => signs.charAt(of)).join('')

describe('words', () => {
  it.each([
    ['blanks part words', 'ls  -la\tx', ['ls', '-la', 'x']],
    ['single quotes hold everything', 'echo \'a "b" $c `d` \\\'', ['echo', 'a "b" $c `d` \\']],
    ['double quotes hold blanks and operators', 'echo "a; b" c', ['echo', 'a; b', 'c']],
    [
      'a backslash in double quotes is itself before most characters',
      'echo "a\\b\\$c\\"d\\\\"',
      ['echo', 'a\\b$c"d\\'],
    ],
    ['a backslash takes the meaning of what follows', 'echo a\\ b\\;c', ['echo', 'a b;c']],
    ['a backslash and a line break are nothing', 'echo a\\\nb', ['echo', 'ab']],
    ['pieces side by side are one word', `echo a'b'"c"\\d`, ['echo', 'abcd']],
    ['an empty word is a word', 'echo \'\' ""', ['echo', '', '']],
    ['escapes in $ and quotes are read', "echo $'a\\x41\\u00e9\\n\\'b'", ['echo', "aAé\n'b"]],
    ['a number before a redirect is no word', 'ls 2>err x', ['ls', 'err', 'x']],
    ['a comment is one text', 'ls # a; b\nid', ['ls', ' a; b', 'id']],
    ['a hash within a word is none', 'ls a#b', ['ls', 'a#b']],
    ['what expands is a hole', 'ls $a "${b}c" $((1)) $(id)', ['ls', hole, `${hole}c`, hole, 'id', hole]],
    ['a here-document is one text', 'cat <<E\na $b\nE\nid', ['cat', 'E', `a ${hole}\n`, 'id']],
    ['a quoted here-document expands nothing', "cat <<'E'\n$b\nE", ['cat', 'E', '$b\n']],
    ['two here-documents follow each other', 'cat <<A <<B\na\nA\nb\nB\nid', ['cat', 'A', 'B', 'a\n', 'b\n', 'id']],
    ['tabs before a delimiter are skipped when asked', 'cat <<-E\nx\n\tE\nid', ['cat', 'E', 'x\n', 'id']],
    ['a lone dollar is itself', 'echo $ a$ "$"', ['echo', '$', 'a$', '$']],
  ])('%s', (_, text, expected) => {
    expect(words(text)).toEqual(expected)
  })
})

describe('roles', () => {
  it.each([
    ['operators', 'a;b|c&&d', 'p;p;p;;p'],
    ['redirects', 'a>b 2>&1', 'p>p_p>>p'],
    ['quotes', `'a'"b"`, 'qcqqcq'],
    ['escapes', 'a\\;', 'p\\.'],
    ['a substitution in double quotes', '"$(a b)"', 'q((p_p(q'],
    ['a quote within a substitution within quotes', '"$(a "b")"', 'q((p_qcq(q'],
    ['backquotes end at the next, whatever is open', "`a 'b`", '(p_qc('],
    ['names', '$a "$b"', 'vp_qvcq'],
    ['globs', 'a* ? [a]', 'p*_*_*p*'],
    ['a bracket that nobody shuts', '[a ]', 'pp_p'],
    ['braces', '{a,b} {a} {1..2}', '{p{p{_ppp_{pppp{'],
    ['tildes', '~ a~ a=~ ~b', '~_pp_pp~_~p'],
    ['comments', 'a #b', 'p_#c'],
    ['the end of a here-document', 'a <<E\nb\nE\n', 'p_>>pnccqn'],
  ])('%s', (_, text, expected) => {
    expect(roles(text)).toBe(expected)
  })
})

describe('commands', () => {
  it('are simple commands, assignments, targets and reserved words left out', () => {
    const text = 'A=b ls x >y; if test z; then (echo "$(id -u)"); fi & time cat'
    expect(readShell(text).commands.map((command) => command.map((word) => word.text))).toEqual([
      ['ls', 'x'],
      ['test', 'z'],
      ['id', '-u'],
      ['echo', hole],
      ['cat'],
    ])
  })

  it.each(["'a", '"a', '$(a', '`a', '${a', '$((1', '(a', "$'a"])('what nobody closes is known: %s', (text) => {
    expect(readShell(text).closed).toBe(false)
  })
})

describe('any text', () => {
  const text = fc
    .array(
      fc.constantFrom(
        ...'ab1 \n\t\'"\\$`(){}[]<>|&;#~*?!=,.-E'.split(''),
        '<<E\n',
        '\nE\n',
        '$(',
        '${',
        '$((',
        "$'",
        'é',
      ),
      {
        maxLength: 40,
      },
    )
    .map((parts) => parts.join(''))

  it('is read without a failure, each character once, each word where it stands', () => {
    fc.assert(
      fc.property(text, (value) => {
        const { roles, words: read } = readShell(value)
        expect(roles).toHaveLength(value.length)
        for (const word of read) {
          expect(word.start).toBeLessThanOrEqual(word.end)
          for (let index = 0; index < word.text.length; index += 1) {
            const place = placeOf(word, index)
            const isItself = (roles[place] as number) <= role.escaped
            if (isItself && word.text[index] !== hole) expect(value[place]).toBe(word.text[index])
          }
        }
      }),
      { numRuns: 5_000, seed: 31 },
    )
  })

  it('in single quotes is one word of that text, wherever the word stands', () => {
    fc.assert(
      fc.property(
        text,
        fc.constantFrom('ls {}', 'a; b {} c', 'x "$(y {})"', 'if a; then b {}; fi'),
        (value, command) => {
          const quoted = `'${value.replaceAll("'", "'\\''")}'`
          const { words: read, closed } = readShell(command.replace('{}', () => quoted))
          expect(read.map((word) => word.text)).toContain(value)
          expect(closed).toBe(true)
        },
      ),
      { numRuns: 3_000, seed: 32 },
    )
  })
})
