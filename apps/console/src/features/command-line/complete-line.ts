import { splitLine, quote } from './tokens.ts'
import { builtIns, commonFlags, findFlag, flagFields, flagOf, verbsOf, type Verb, type Vocabulary } from './verbs.ts'

export interface Known extends Vocabulary {
  /** Names of devices and people that begin like what is typed. */
  readonly devices: readonly string[]
  readonly people: readonly string[]
  readonly requests: readonly { readonly id: string; readonly sentence: string }[]
}
export interface Completion {
  /** The whole line after it was taken. */
  readonly line: string
  readonly label: string
  readonly note: string
}

/** The word under the cursor at the end of a line: what the server is asked for while somebody types. */
export function lastWord(line: string): string {
  if (/\s$/.test(line)) return ''
  const last = splitLine(line).tokens.at(-1)
  return last ? last.text.slice(last.text.lastIndexOf(',') + 1) : ''
}

/** What the last word could become. */
export function completeLine(line: string, known: Known): Completion[] {
  const { tokens } = splitLine(line)
  const open = /\s$/.test(line) || tokens.length === 0
  const last = open ? undefined : tokens.at(-1)
  const before = line.slice(0, last?.start ?? line.length)
  const words = open ? tokens : tokens.slice(0, -1)
  const begun = last?.text ?? ''
  const take = (text: string, note: string, end = ' '): Completion => ({
    line: `${before}${quote(text)}${end}`,
    label: text,
    note,
  })
  const starting = (text: string): boolean => text.toLowerCase().startsWith(begun.toLowerCase())
  const verbs = verbsOf(known.actions)
  const [first] = words
  if (!first)
    return [
      ...verbs.map(({ verb, action }) => [verb, action.summary] as const),
      ...builtIns.map(({ verb, summary }) => [verb, summary] as const),
    ]
      .filter(([verb]) => starting(verb))
      .map(([verb, summary]) => take(verb, summary))
  const verb = verbs.find((one) => one.verb === first.text)
  if (!verb)
    return ofBuiltIn(first.text, words.length, known, verbs)
      .filter(({ text }) => starting(text))
      .map(({ text, note }) => take(text, note))
  return ofVerb({ verb, words: words.slice(1).map(({ text }) => text), begun, known })
    .filter(({ text }) => starting(text) && text !== begun)
    .slice(0, 20)
    .map(({ text, note }) => take(text, note))
}

interface Choice {
  readonly text: string
  readonly note: string
}

function ofBuiltIn(name: string, words: number, known: Known, verbs: readonly Verb[]): Choice[] {
  if (words > 1) return []
  if (name === 'approve' || name === 'reject')
    return known.requests.map(({ id, sentence }) => ({ text: id, note: sentence }))
  if (name === 'help') return verbs.map(({ verb, action }) => ({ text: verb, note: action.title }))
  return []
}

function ofVerb(at: { verb: Verb; words: readonly string[]; begun: string; known: Known }): Choice[] {
  const { verb, words, begun, known } = at
  const previous = words.at(-1)
  if (previous?.startsWith('--') && !begun.startsWith('--')) {
    const field = findFlag(verb, previous.slice(2))
    if (field?.kind === 'choice' || field?.kind === 'list')
      return (field.choices ?? []).map((text) => ({ text, note: field.title }))
    if (field?.kind !== 'boolean') return []
  }
  if (begun.startsWith('--')) return flags(verb, words)
  const plain = plainWords(verb, words)
  if (plain === 0) {
    const done = begun.slice(0, begun.lastIndexOf(',') + 1)
    return [
      ...(verb.action.targets === 'person' ? [] : known.devices.map((name) => ({ text: done + name, note: 'device' }))),
      ...(verb.action.targets === 'device' ? [] : known.people.map((name) => ({ text: done + name, note: 'person' }))),
    ]
  }
  const place = verb.positional[plain - 1]
  if (place === 'scriptId')
    return known.scripts.map(({ name, runnable }) => ({
      text: name,
      note: runnable === null ? 'no version is approved yet' : `version ${runnable}`,
    }))
  return begun === '' ? flags(verb, words) : []
}

/** Words so far that are neither a flag nor its value. */
function plainWords(verb: Verb, words: readonly string[]): number {
  let count = 0
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (!word.startsWith('--')) count++
    else if (!word.includes('=') && findFlag(verb, word.slice(2))?.kind !== 'boolean') at++
  }
  return count
}

function flags(verb: Verb, words: readonly string[]): Choice[] {
  return [
    ...flagFields(verb).map((field) => ({ text: `--${flagOf(field.name)}`, note: field.title })),
    ...Object.entries(commonFlags).map(([name, note]) => ({ text: `--${name}`, note })),
  ].filter(({ text }) => !words.includes(text))
}
