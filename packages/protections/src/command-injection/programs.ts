/** The languages in which a program's argument may be code. */
export type Language = 'shell' | 'cmd' | 'powershell' | 'code'

/** An argument that a program takes for code. */
export interface CodeArgument {
  readonly language: Language
  /** The first argument that is part of the code, and the one after the last. */
  readonly from: number
  readonly to: number
}

const shells: ReadonlySet<string> = new Set('sh bash dash zsh ksh mksh ash rbash fish'.split(' '))
const powershells: ReadonlySet<string> = new Set(['powershell', 'pwsh'])

/** Interpreters with the options behind which code stands. */
const interpreters: Readonly<Record<string, RegExp>> = {
  node: /^(?:-[pe]{1,2}|--eval|--print)$/,
  nodejs: /^(?:-[pe]{1,2}|--eval|--print)$/,
  bun: /^(?:-[pe]|--eval|--print)$/,
  deno: /^eval$/,
  python: /^-[A-Za-z]*c$/,
  pypy: /^-[A-Za-z]*c$/,
  perl: /^-[A-Za-z0-9]*[eE]$/,
  ruby: /^-[A-Za-z]*e$/,
  php: /^(?:-[rBE]|--run)$/,
  lua: /^-e$/,
  luajit: /^-e$/,
  rscript: /^-e$/,
  r: /^-e$/,
  julia: /^(?:-[eE]|--eval|--print)$/,
  osascript: /^-e$/,
  elixir: /^(?:-e|--eval)$/,
  groovy: /^-e$/,
  scala: /^-e$/,
  tclsh: /^-c$/,
}

/** Programs that run the program that their arguments name. */
const wrappers: ReadonlySet<string> = new Set(
  (
    'env sudo doas nice nohup timeout time setsid stdbuf ionice chrt taskset unshare chroot strace ltrace xargs parallel exec command builtin watch busybox ' +
    'find docker podman kubectl nsenter flatpak-spawn systemd-run runuser firejail'
  ).split(' '),
)

/** They have no option that does anything, or take what looks like one for text. */
const optionless: ReadonlySet<string> = new Set(
  'echo printf test [ [[ true false : expr yes sleep pwd basename dirname exit return say cowsay figlet seq cd'.split(
    ' ',
  ),
)

const textOptions: ReadonlySet<string> = new Set(
  '-m --message -e --regexp --expression -name -iname --name --title --body --author --subject -d --data --data-raw --data-urlencode -H --header --grep --arg'.split(
    ' ',
  ),
)

/** `/usr/bin/python3.11` → `python`, `C:\Windows\System32\cmd.exe` → `cmd`. */
export function programName(file: string): string {
  const last = file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1, file.length)
  return last
    .slice(0, 64)
    .toLowerCase()
    .replace(/\.(?:exe|cmd|bat|com)$/, '')
    .replace(/(?<=[a-z])-?\d[\d.]*$/, '')
}

/** An option, as option parsers read one; numbers, a lone dash and a dash before a blank are none. */
export const looksLikeOption = (text: string): boolean => /^-(?:-[A-Za-z]|[^-\s\d.,\0])/.test(text)

export const takesNoOptions = (name: string): boolean => optionless.has(name)

/** The argument behind such an option is text, whatever it begins with. */
export const takesText = (option: string): boolean => textOptions.has(option)

const mostArguments = 1_024
/** An option behind which code stands is short; a long word is not asked. */
const longestOption = 24

/** The arguments of a command that are code of some language. */
export function codeArguments(argv: readonly string[]): readonly CodeArgument[] {
  const first = programName(argv[0] ?? '')
  if (first === 'eval') return [{ language: 'shell', from: 1, to: argv.length }]
  if (first === 'su' || first === 'script' || first === 'flock')
    return behind(argv, 0, /^-[a-z]*c$|^--command$/, 'shell')
  if (first === 'ssh') return remoteCommand(argv)
  const start = wrappers.has(first) ? findRunner(argv) : 0
  return start === -1 ? [] : codeOf(argv, start)
}

/** Options of `ssh` that take the next argument. */
const withArgument = /^-[BbcDEeFIiJLlmOopQRSWw]$/

/** What stands behind the host is joined and handed to a shell over there. */
function remoteCommand(argv: readonly string[]): readonly CodeArgument[] {
  let at = 1
  while (at < argv.length && (argv[at] as string).startsWith('-')) at += withArgument.test(argv[at] as string) ? 2 : 1
  return at + 1 < argv.length ? [{ language: 'shell', from: at + 1, to: argv.length }] : []
}

function findRunner(argv: readonly string[]): number {
  for (let at = 1; at < argv.length && at < mostArguments; at += 1) {
    const name = programName(argv[at] as string)
    if (
      name === 'eval' ||
      shells.has(name) ||
      powershells.has(name) ||
      name === 'cmd' ||
      Object.hasOwn(interpreters, name)
    )
      return at
  }
  return -1
}

function codeOf(argv: readonly string[], start: number): readonly CodeArgument[] {
  const name = programName(argv[start] as string)
  if (shells.has(name)) return behind(argv, start, /^[-+][A-Za-z]*c[A-Za-z]*$/, 'shell')
  if (name === 'cmd') return rest(argv, start, /^\/[a-z/]*[ck]$/i, 'cmd')
  if (powershells.has(name)) return rest(argv, start, /^[-/](?:c|command|encodedcommand|e|ec|enc)$/i, 'powershell')
  const option = Object.hasOwn(interpreters, name) ? interpreters[name] : undefined
  return option ? behind(argv, start, option, 'code') : []
}

/** The one argument behind the option. Of a shell it is the first that is no option. */
function behind(argv: readonly string[], start: number, option: RegExp, language: Language): readonly CodeArgument[] {
  const at = argv.findIndex((word, index) => index > start && isOption(word, option))
  if (at === -1) return []
  let from = at + 1
  if (language === 'shell') {
    while (/^[-+][A-Za-z-]{1,24}$/.test(argv[from] ?? '')) from += argv[from] === '-o' || argv[from] === '+o' ? 2 : 1
    // A script's own `-c` is none of the shell's.
    if (
      argv.slice(start + 1, at).some((word) => !/^[-+]/.test(word)) &&
      start === 0 &&
      shells.has(programName(argv[0] ?? ''))
    )
      return []
  }
  return from < argv.length ? [{ language, from, to: from + 1 }] : []
}

function rest(argv: readonly string[], start: number, option: RegExp, language: Language): readonly CodeArgument[] {
  const at = argv.findIndex((word, index) => index > start && isOption(word, option))
  return at === -1 || at + 1 >= argv.length ? [] : [{ language, from: at + 1, to: argv.length }]
}

const isOption = (word: string, option: RegExp): boolean => word.length <= longestOption && option.test(word)
