import { readDraft, startDraft, type Field } from '../../schema-form/fields.ts'
import { splitLine, type Token } from './tokens.ts'
import {
  builtIns,
  commonFlags,
  findFlag,
  flagFields,
  flagOf,
  usageOf,
  verbsOf,
  type Script,
  type Verb,
  type Vocabulary,
} from './verbs.ts'

export interface Respond {
  readonly kind: 'respond'
  readonly verb: Verb
  /** Names or ids as typed. */
  readonly targets: readonly string[]
  readonly parameters: Readonly<Record<string, unknown>>
  readonly reason: string
  readonly emergency: string | null
  readonly ttlMinutes: number | null
}
export type LineReading =
  | { readonly kind: 'empty' }
  | Respond
  | { readonly kind: 'devices'; readonly filter: string }
  | { readonly kind: 'approvals' }
  | { readonly kind: 'clear' }
  | { readonly kind: 'approve'; readonly id: string; readonly digest: string | null }
  | { readonly kind: 'reject'; readonly id: string; readonly reason: string }
  | { readonly kind: 'status'; readonly id: string }
  | { readonly kind: 'help'; readonly verb: string | null }
  | { readonly kind: 'mistake'; readonly message: string; readonly hint: string | null }

const mistake = (message: string, hint: string | null = null): LineReading => ({ kind: 'mistake', message, hint })

/** Reads one line; what is wrong is said with what would be right. */
export function readLine(line: string, vocabulary: Vocabulary): LineReading {
  const split = splitLine(line)
  const [first, ...rest] = split.tokens
  if (!first) return { kind: 'empty' }
  if (split.mistake !== null) return mistake(split.mistake)
  const verbs = verbsOf(vocabulary.actions)
  const verb = verbs.find((one) => one.verb === first.text || one.action.id === first.text)
  if (verb) return readResponse(verb, rest, vocabulary.scripts)
  const own = builtIns.find((one) => one.verb === first.text)
  if (own) return readBuiltIn(own.verb, own.usage, rest)
  const names = [...verbs.map((one) => one.verb), ...builtIns.map((one) => one.verb)]
  const near = closest(first.text, names)
  return mistake(
    `There is no command ${first.text}`,
    near === null ? 'help lists all of them' : `Did you mean ${near}? help lists all of them`,
  )
}

function readBuiltIn(verb: (typeof builtIns)[number]['verb'], usage: string, rest: readonly Token[]): LineReading {
  const { words, flags, wrong } = readFlags(rest, ['reason', 'digest'])
  if (wrong !== null) return mistake(wrong, usage)
  const [id] = words
  switch (verb) {
    case 'devices':
      return { kind: 'devices', filter: rest.map(({ text }) => text.replace(/^(\w+:)(.*\s.*)$/, '$1"$2"')).join(' ') }
    case 'approvals':
    case 'clear':
      return { kind: verb }
    case 'help':
      return { kind: 'help', verb: id ?? null }
    case 'status':
      return id === undefined ? mistake('Which response?', usage) : { kind: 'status', id }
    case 'approve':
      return id === undefined
        ? mistake('Which request? approvals lists what waits', usage)
        : { kind: 'approve', id, digest: flags.get('digest') ?? null }
    case 'reject': {
      if (id === undefined) return mistake('Which request? approvals lists what waits', usage)
      const reason = (flags.get('reason') ?? '').trim()
      return reason.length < 3
        ? mistake('A rejection needs a reason of at least three letters', usage)
        : { kind: 'reject', id, reason }
    }
  }
}

function readFlags(
  tokens: readonly Token[],
  known: readonly string[],
): { words: string[]; flags: Map<string, string>; wrong: string | null } {
  const words: string[] = []
  const flags = new Map<string, string>()
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]
    if (!token) break
    if (token.quoted || !token.text.startsWith('--')) {
      words.push(token.text)
      continue
    }
    const { name, value } = splitFlag(token.text)
    if (!known.includes(name)) return { words, flags, wrong: `There is no flag --${name} here` }
    const given = value ?? tokens[++at]?.text
    if (given === undefined) return { words, flags, wrong: `--${name} needs a value after it` }
    flags.set(name, given)
  }
  return { words, flags, wrong: null }
}

function splitFlag(text: string): { name: string; value: string | null } {
  const equals = text.indexOf('=')
  return equals < 0
    ? { name: text.slice(2), value: null }
    : { name: text.slice(2, equals), value: text.slice(equals + 1) }
}

interface Arguments {
  readonly words: string[]
  readonly draft: Record<string, unknown>
  readonly common: Map<string, string>
}

function readResponse(verb: Verb, tokens: readonly Token[], scripts: readonly Script[]): LineReading {
  const usage = usageOf(verb)
  const read = readArguments(verb, tokens)
  if ('kind' in read) return read
  const { words, draft, common } = read
  const [target, ...places] = words
  if (target === undefined) return mistake(`${verb.verb} what? The target is missing`, usage)
  const wrong = place(verb, places, draft) ?? chooseScript(verb, draft, scripts)
  if (wrong !== null) return mistake(wrong, usage)
  return finish({ verb, usage, draft, common, targets: target.split(',').filter((name) => name !== '') })
}

/** Sorts words, flags that set a parameter, and flags that every response has. */
function readArguments(verb: Verb, tokens: readonly Token[]): Arguments | LineReading {
  const usage = usageOf(verb)
  const read: Arguments = { words: [], draft: { ...startDraft(verb.fields) }, common: new Map() }
  const seen = new Set<string>()
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]
    if (!token || token.quoted || !token.text.startsWith('--')) {
      if (token) read.words.push(token.text)
      continue
    }
    const { name, value } = splitFlag(token.text)
    const isCommon = Object.hasOwn(commonFlags, name)
    const field = isCommon ? undefined : findFlag(verb, name)
    if (!field && !isCommon) return unknownFlag(verb, name)
    if (field?.kind === 'boolean') {
      if (value !== null && value !== 'yes' && value !== 'no')
        return mistake(`--${flagOf(field.name)} is yes or no; given ${value}`, usage)
      read.draft[field.name] = value !== 'no'
      continue
    }
    const given = value ?? valueOf(tokens[at + 1])
    if (given === undefined) return mistake(`--${name} needs a value after it`, usage)
    if (value === null) at++
    if (field) setField(read.draft, field, given, seen)
    else read.common.set(name, given)
  }
  return read
}

const valueOf = (token: Token | undefined): string | undefined =>
  token && (token.quoted || !token.text.startsWith('--')) ? token.text : undefined

/** `none` empties what may be empty; a list adds up. */
function setField(draft: Record<string, unknown>, field: Field, given: string, seen: Set<string>): void {
  const before = seen.has(field.name) ? draft[field.name] : []
  seen.add(field.name)
  if (given === 'none' && field.nullable) draft[field.name] = ''
  else if (field.kind !== 'list') draft[field.name] = given
  else draft[field.name] = [...(Array.isArray(before) ? (before as unknown[]) : []), ...given.split(',')]
}

function finish(read: {
  verb: Verb
  usage: string
  draft: Record<string, unknown>
  common: ReadonlyMap<string, string>
  targets: readonly string[]
}): LineReading {
  const { verb, usage, common } = read
  const { parameters, mistakes } = readDraft(verb.fields, read.draft)
  const [wrong] = Object.entries(mistakes)
  if (wrong) return mistake(`${flagOf(wrong[0])}: ${wrong[1]}`, usage)
  const reason = (common.get('reason') ?? '').trim()
  if (reason.length < 3) return mistake('A reason of at least three letters is missing: --reason "…"', usage)
  const emergency = common.get('emergency')?.trim() ?? null
  if (emergency !== null && emergency.length < 3)
    return mistake('--emergency needs its own reason of at least three letters', usage)
  const within = common.get('within')
  const ttlMinutes = within === undefined ? null : Number(within)
  if (ttlMinutes !== null && (!Number.isInteger(ttlMinutes) || ttlMinutes < 1 || ttlMinutes > verb.action.ttlMinutes))
    return mistake(`--within is minutes, 1 to ${verb.action.ttlMinutes}; given ${within ?? ''}`, usage)
  return { kind: 'respond', verb, targets: read.targets, parameters, reason, emergency, ttlMinutes }
}

function unknownFlag(verb: Verb, name: string): LineReading {
  const names = [...flagFields(verb).map((field) => flagOf(field.name)), ...Object.keys(commonFlags)]
  const near = closest(name, names)
  return mistake(
    `${verb.verb} has no flag --${name}${near === null ? '' : `; did you mean --${near}?`}`,
    `Flags: ${names.map((one) => `--${one}`).join(' ')}`,
  )
}

/** Puts words without a flag where they belong. */
function place(verb: Verb, words: readonly string[], draft: Record<string, unknown>): string | null {
  for (const [index, word] of words.entries()) {
    const field = verb.fields.find(({ name }) => name === verb.positional[index])
    if (field?.kind === 'list') {
      draft[field.name] = words.slice(index)
      return null
    }
    if (!field) return `${JSON.stringify(word)} is one word too many; put words with blanks in quotes`
    draft[field.name] = word
  }
  return null
}

/** Scripts are typed by name; the version that may run comes with it unless another is asked for. */
function chooseScript(verb: Verb, draft: Record<string, unknown>, scripts: readonly Script[]): string | null {
  const given = draft['scriptId']
  if (verb.action.id !== 'run_script' || typeof given !== 'string' || given === '') return null
  const found = scripts.filter(({ id, name }) => id === given || name.toLowerCase() === given.toLowerCase())
  const [script] = found
  if (!script) return `There is no script ${given} in the library`
  if (found.length > 1) return `${found.length} scripts are called ${given}: use its id`
  draft['scriptId'] = script.id
  if (draft['version'] !== '') return null
  if (script.runnable === null) return `No version of ${script.name} is approved: a second person must approve it first`
  draft['version'] = String(script.runnable)
  return null
}

/** The one word that is at most two edits away. */
export function closest(word: string, words: readonly string[]): string | null {
  let best: string | null = null
  let least = Math.min(3, word.length)
  for (const one of words) {
    const edits = distance(word, one)
    if (edits < least) [least, best] = [edits, one]
  }
  return best
}

function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
