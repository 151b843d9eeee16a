import fc from 'fast-check'

/** Pieces out of which values are put together that may or may not act in a shell; made from its grammar, for tests. */
const beginnings = [
  ...['', '', '', 'x', "x'", 'x"', "'", '"', '1', '/srv/a', '\\', ')', '`', 'a b', '\n', "x' ", 'x" ', '$', '-', 'é'],
] as const
const middles = [
  ...['; id', ' ; id', '&id', ' && id', '|id', ' || id', '\nid', ' & ', ';', '|', ';;', '(id)', '<(id)'],
  ...[
    ' $(id)',
    '$(id)',
    '`id`',
    ' `id`',
    '$HOME',
    '${HOME}',
    '${x:-y}',
    '$((1+1))',
    '$$',
    '$1',
    '$?',
    '$@',
    ' $',
    '$ ',
  ],
  ...[' > out', '>out', '<in', ' 2>&1', '<<x', ' b', '\tb', ' -x', ' --x=y', '=b', 'A=b'],
  ...[
    '*',
    '?',
    '[a-z]',
    '{1,2}',
    '{1..3}',
    '~',
    ' ~',
    ' #',
    '#',
    '#x',
    ' #x',
    '!',
    '\r',
    ',',
    '}',
    '{',
    ']',
    '[',
    ':',
    '%',
    '@',
  ],
  ...["'", '"', "''", '""', "' '", '" "', '\\', '\\\\', "\\'", '\\"', '\\n', '\\$', '\\`', '\\\n', "$'a'", '$"a"'],
  ...["' ; id ; '", '" ; id ; "', "'$(id)'", '"$(id)"', '"`id`"', "'|'", 'EOF', '\nEOF\n', '.png', 'é', '日本', '🙂'],
] as const
const endings = [
  ...['', '', '', '', ' #', "'", '"', ';', '&', '|', '\\', '\n', ')', '`', " '", ' "', ' x', '#', "; '", '; "', 'x'],
] as const

export const payload = fc
  .tuple(
    fc.constantFrom(...beginnings),
    fc.array(fc.constantFrom(...middles), { maxLength: 3 }),
    fc.constantFrom(...endings),
  )
  .map(([beginning, middle, ending]) => `${beginning}${middle.join('')}${ending}`)
  .filter((value) => value.trim() !== '')

/** A command as an app builds it, with `{}` for the value, and what it prints when the value stays one argument. */
export interface Template {
  readonly command: string
  readonly prints: (value: string) => string
}

const lines = (text: string): string => text.replaceAll('\n', '|')

export const templates: readonly Template[] = [
  { command: "printf '[%s]' {}", prints: (value) => `[${value}]` },
  { command: "printf '[%s]' a {} b", prints: (value) => `[a][${value}][b]` },
  { command: "printf '[%s]' /srv/{}.png", prints: (value) => `[/srv/${value}.png]` },
  { command: "printf '[%s]' --flag={} x", prints: (value) => `[--flag=${value}][x]` },
  { command: "printf '[%s]' '{}'", prints: (value) => `[${value}]` },
  { command: "printf '[%s]' 'the {} said' x", prints: (value) => `[the ${value} said][x]` },
  { command: 'printf \'[%s]\' "{}"', prints: (value) => `[${value}]` },
  { command: "printf '[%s]' \"a {} b\" 'c d'", prints: (value) => `[a ${value} b][c d]` },
  { command: "printf '[%s]' 'a'\"{}\"'b'", prints: (value) => `[a${value}b]` },
  { command: "printf '[%s]' \"$(printf '(%s)' {})\"", prints: (value) => `[(${value})]` },
  { command: "printf '[%s]' \"$(printf '(%s)' '{}')\"", prints: (value) => `[(${value})]` },
  { command: "printf '[%s]' \"`printf '(%s)' '{}'`\"", prints: (value) => `[(${value})]` },
  { command: "if true; then printf '[%s]' {}; fi", prints: (value) => `[${value}]` },
  { command: "(printf '[%s]' {}) && printf x", prints: (value) => `[${value}]x` },
  { command: "printf '[%s]' x 2>/dev/null {} ; printf y", prints: (value) => `[x][${value}]y` },
  { command: 'X={} && printf \'[%s]\' "$X"', prints: (value) => `[${value}]` },
  { command: "printf '[%s]' a # {}\nprintf b", prints: () => '[a]b' },
  {
    command: 'while IFS= read -r x; do printf \'%s|\' "$x"; done <<EOF\n{}\nEOF\nprintf z',
    prints: (value) => `${lines(value)}|z`,
  },
  {
    command: "while IFS= read -r x; do printf '%s|' \"$x\"; done <<'EOF'\n{}\nEOF\nprintf z",
    prints: (value) => `${lines(value)}|z`,
  },
]

export const fill = (template: string, value: string): string => template.replaceAll('{}', () => value)

export const singleQuoted = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`
/** Quotes left open and shut around each apostrophe, as some libraries do. */
export const singleQuotedOtherwise = (value: string): string => `'${value.replaceAll("'", `'"'"'`)}'`
export const doubleQuoted = (value: string): string => `"${value.replace(/[$`"\\]/g, '\\$&')}"`
/** A backslash before everything that could act; line breaks in quotes, since a backslash takes them away. */
export const backslashed = (value: string): string =>
  value.replace(/[^\w\n/.:@%+=,\u0080-\uffff-]/g, '\\$&').replaceAll('\n', "'\n'")
