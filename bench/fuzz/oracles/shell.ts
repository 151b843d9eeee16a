import { spawnSync } from 'node:child_process'
import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Chance } from '../chance.ts'
import { inputOf, type Oracle, type Question } from '../subject.ts'
import { changes } from '../texts.ts'

export const pieces = [
  ...[
    "'",
    '"',
    '`',
    '\\',
    '$',
    '$(',
    ')',
    '(',
    '${',
    '}',
    '{',
    ';',
    '&',
    '&&',
    '|',
    '||',
    '>',
    '<',
    '>>',
    '2>&1',
    '\n',
    '#',
    '!',
    '*',
    '?',
    '~',
    '=',
  ],
  ...[
    'ls',
    'id',
    'cat',
    'x',
    'a b',
    '-rf',
    '--output=x',
    'etc/passwd',
    '$HOME',
    '$IFS',
    '${IFS}',
    '<<E',
    'E',
    '$((1))',
    "$'\\n'",
    'x=1 ',
    'if ',
    'then ',
  ],
  ...[
    ' ',
    '\t',
    '%PATH%',
    '^',
    '$(id)',
    '`id`',
    '<(id)',
    ';;',
    'case x in',
    'esac',
    'do',
    'done',
    '[',
    ']',
    '[[',
    '{a,b}',
    '\0',
    '\r',
  ],
]
const templates = [
  ...[
    'ls {}',
    "ls '{}'",
    'ls "{}"',
    'cat a/{}.txt | grep x',
    "grep -e '{}' b",
    'cat "a {} b" > out',
    'ls a && cat {}',
    'cat $(ls {})',
  ],
  ...[
    'cat "$(ls \'{}\')"',
    'ls -l {} -a',
    'ls \'a b\'"{}"c',
    'ls $(cat "{}")',
    'id; ls {} # end',
    'cat <<E\n{}\nE\nls',
  ],
]
const programs = ['ls', 'id', 'cat', 'grep', 'x', 'a', 'b', 'rm', 'echo']
const neutral = 'zqz'
const program = '\u0001'
const argument = '\u0002'
const border = '\u0003'

const fill = (template: string, value: string): string => template.replaceAll('{}', () => value)
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/**
 * What the real `sh` runs for each command: every program is a function that tells its name and arguments, the path is empty, the
 * folder of each command is empty and thrown away. After that, the files that came to be. The shell is nobody: a redirect that leads
 * out of its folder must not reach what belongs to the machine.
 */
function run(commands: readonly string[]): readonly string[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'riposte-fuzz-'))
  try {
    // At one blow, since the programs of a pipe run at the same time.
    const tell = (name: string): string =>
      `${name}() { told=${program}${name}; for one do told="$told${argument}$one"; done; printf '%s' "$told" >&9; }`
    const lines = commands.map((command, index) => {
      mkdirSync(path.join(folder, String(index)))
      return [
        `( cd ${quoted(path.join(folder, String(index)))} && eval ${quoted(command)} ) </dev/null >/dev/null 2>&1`,
        `( cd ${quoted(path.join(folder, String(index)))} && for one in *; do printf '\\001file %s' "$one"; done ) >&9`,
        `printf '\\003' >&9`,
      ].join('\n')
    })
    const script = path.join(folder, 'script')
    writeFileSync(script, ['ulimit -t 20 -f 2000', ...programs.map(tell), ...lines].join('\n'))
    const { output } = spawnSync('/bin/sh', [script], {
      ...asNobody(folder),
      ...{ env: { PATH: path.join(folder, 'nothing'), HOME: '/h' }, encoding: 'utf8', maxBuffer: 1 << 28 },
      ...{
        timeout: 20_000,
        stdio: ['ignore', 'ignore', 'ignore', ...[3, 4, 5, 6, 7, 8].map(() => 'ignore' as const), 'pipe'],
      },
    })
    return ((output as readonly (string | null)[])[9] ?? '').split(border)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function asNobody(folder: string): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const nobody = { uid: 65_534, gid: 65_534 }
  const inside = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file))
  for (const name of [folder, ...inside]) chownSync(name, nobody.uid, nobody.gid)
  return nobody
}

/** Programs and files, each with how many arguments it got. */
const countsOf = (told: string): { readonly name: string; readonly args: number }[] =>
  told
    .split(program)
    .slice(1)
    .map((one) => {
      const [name = '', ...args] = one.split(argument)
      return { name, args: args.length }
    })

const describe = (told: string): string =>
  countsOf(told)
    .map(({ name, args }) => `${name}/${args}`)
    .join(' ')

/** More programs, other ones, more arguments, or a file that should not be. */
function doesMore(told: string, expected: string): boolean {
  const [does, should] = [countsOf(told), countsOf(expected)]
  return does.some(({ name }) => {
    const [mine, meant] = [does, should].map((all) => all.filter((one) => one.name === name).map(({ args }) => args))
    return (mine?.length ?? 0) > (meant?.length ?? 0) || Math.max(...(mine ?? [])) > Math.max(...(meant ?? []))
  })
}

interface Draft {
  readonly command: string
  readonly template: string
  readonly value: string
  readonly sent: string
  readonly how: string
  readonly isQuoted: boolean
}

function draft(chance: Chance): Draft {
  const template = chance.pick(templates)
  const inner = chance.several(1, 5, () => chance.pick(pieces)).join(chance.pick(['', '', ' ']))
  const quote = chance.pick(['', '', "'", '"'])
  const value = (quote === '' ? inner : `${quote}${inner}${quote}`).replaceAll('\0', '')
  const change = chance.is(0.6) ? changes[0] : chance.pick(changes)
  const isQuoted = chance.is(0.25)
  const bare = isQuoted ? chance.pick(['ls {}', 'cat {} | grep x', 'ls -l {} -a']) : template
  const command = fill(bare, isQuoted ? quoted(value) : value)
  return { command, template: bare, value, sent: change?.send(value) ?? value, how: change?.name ?? '', isQuoted }
}

/** The real `sh`. */
export function sh(): Promise<Oracle> {
  const ask = (chances: readonly Chance[]): (Question | null)[] => {
    const drafts = chances.map(draft)
    const told = run(drafts.flatMap(({ command, template }) => [command, fill(template, neutral)]))
    return drafts.map(({ command, value, sent, how, isQuoted }, index) => {
      const [does, expected] = [told[index * 2], told[index * 2 + 1]]
      if (does === undefined || expected === undefined) return null
      const operation = { kind: 'shell', command } as const
      const inputs = [inputOf(sent)]
      if (isQuoted) {
        // An option is one, however it is quoted.
        if (value.startsWith('-')) return null
        return { operation, inputs, expects: 'nothing', engine: `${how}, quoted` }
      }
      if (value.trim() === '' || !doesMore(does, expected)) return null
      const engine = `${how}: ${describe(does)} instead of ${describe(expected)}`
      return { operation, inputs, expects: 'finding', engine }
    })
  }
  return Promise.resolve({ name: 'sh', batch: 100, ask })
}
