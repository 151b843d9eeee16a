import type { Input, OperationOf, Span } from '@riposte/contract'
import type { Finding } from '../define.ts'
import type { Word } from '../shell/reading.ts'
import { candidatesOf, type Candidate } from './candidate.ts'
import { judge } from './judge.ts'
import { judgeWord } from './judge-word.ts'
import { likely, sure, type Alarm, type Place, type Verdict } from './place.ts'
import { readLayers } from './readings.ts'
import { Search, type Hit } from './search.ts'

/** Looks for every value in the command, as given and as apps change it, and judges what the shell makes of each place. */
export function detect(operation: OperationOf<'shell' | 'exec'>, inputs: readonly Input[]): Finding | null {
  const search = new LayeredSearch(operation)
  for (const input of inputs) {
    const found = search.find(input)
    if (found) return found
  }
  return operation.kind === 'shell' && inputs.length > 1 ? findPutTogether(operation.command, inputs) : null
}

const mostWords = 64

/** A command each word of which is a value: program and arguments came from outside one by one. */
function findPutTogether(command: string, inputs: readonly Input[]): Finding | null {
  const [first, ...rest] = command.trim().split(/\s+/, mostWords)
  const input = inputs.find(({ value }) => value.trim() === first)
  if (!input || rest.length === 0 || rest.length === mostWords - 1) return null
  const values = new Set(inputs.map(({ value }) => value.trim()))
  if (!rest.every((word) => values.has(word))) return null
  const verdict = likely('Values from the request, put together, are the whole command.', 0.8)
  return toFinding(input, { verdict, span: { start: 0, end: command.length }, form: input.value })
}

interface Judged {
  readonly verdict: Alarm
  readonly span: Span
  readonly form: string
}

interface SearchedLayer {
  readonly search: Search
  readonly within: Span | null
  /** Words that are code of a deeper layer. */
  readonly code: ReadonlySet<Word>
}

class LayeredSearch {
  readonly #operation: OperationOf<'shell' | 'exec'>
  readonly #program: string
  #layers: readonly SearchedLayer[] | null = null

  constructor(operation: OperationOf<'shell' | 'exec'>) {
    this.#operation = operation
    this.#program = (operation.kind === 'shell' ? operation.command : operation.file).trim()
  }

  find(input: Input): Finding | null {
    const found = this.#findProgram(input) ?? this.#findForms(candidatesOf(input))
    return found && toFinding(input, found)
  }

  /** The whole command, the file that is run, or all of an argument that is code, comes from outside. */
  #findProgram({ value }: Input): Judged | null {
    const form = value.trim()
    if (form === '') return null
    if (form !== this.#program) return this.#findCode(form)
    const span = { start: 0, end: this.#program.length }
    if (this.#operation.kind === 'shell') return { verdict: wholeCommand, span, form }
    if (this.#operation.args.some((argument) => argument.includes(form))) return null
    return { verdict: likely('A value from the request names the program that is run.', 0.75), span, form }
  }

  #findCode(form: string): Judged | null {
    const { kind } = this.#operation
    const may = kind === 'shell' ? this.#operation.command.includes(form) : this.#operation.args.includes(form)
    if (!may) return null
    const layer = this.#open().find(({ search, within }) => within && search.reading.text.trim() === form)
    return layer?.within && !/^-?\d/.test(form) ? { verdict: wholeCommand, span: layer.within, form } : null
  }

  #findForms(all: readonly Candidate[]): Judged | null {
    if (all.length === 0) return null
    const outer = this.#open()[0]?.search
    const candidates = all.filter((candidate) => outer?.mayHold(candidate))
    if (candidates.length === 0) return null
    const found: Evidence = { guesses: [], data: [] }
    for (const layer of this.#open()) {
      const judged = findIn(layer, candidates, found)
      if (judged) return judged
    }
    return found.guesses.find((guess) => !found.data.some((data) => speaksAgainst(data, guess))) ?? null
  }

  #open(): readonly SearchedLayer[] {
    if (this.#layers) return this.#layers
    const layers = readLayers(this.#operation)
    const code = new Set(layers.flatMap(({ words }) => words))
    this.#layers = layers.map(({ reading, within }) => ({ search: new Search(reading), within, code }))
    return this.#layers
  }
}

/** @returns what is sure; the rest is added to `found` */
function findIn(
  { search, within, code }: SearchedLayer,
  candidates: readonly Candidate[],
  found: Evidence,
): Judged | null {
  const arrived: Arrived[] = []
  const note = (verdict: Verdict, place: Span, { form, kind }: Candidate): Judged | null => {
    if (verdict.kind !== 'finding') return null
    const { start, end } = within ?? place
    const judged = { verdict, span: { start, end }, form }
    if (verdict.sure && kind === 'given') return judged
    found.guesses.push(judged)
    return null
  }
  for (const candidate of candidates) {
    for (const hit of search.hits(candidate)) {
      const verdict = judgeWord(search.commandOf(hit.word), hit, candidate.form)
      const judged = note(verdict, hit, candidate)
      if (judged) return judged
      if (arrived.length < mostArrived) arrived.push({ hit, candidate })
      if (verdict.kind === 'content' && candidate.kind !== 'reduced' && !code.has(hit.word))
        found.data.push({ span: within ?? hit.data, length: candidate.form.length })
    }
  }
  for (const candidate of candidates) {
    if (candidate.kind === 'edged') continue
    const free = (place: Place): boolean => !arrived.some((one) => covers(one, place, candidate))
    for (const place of search.exact(candidate)) {
      const judged = free(place) ? note(judge(search.reading, place), place, candidate) : null
      if (judged) return judged
    }
    if (!candidate.isSpicy || candidate.kind === 'reduced') continue
    for (const place of search.changed(candidate)) if (free(place)) note(changed, place, candidate)
  }
  return null
}

interface Arrived {
  readonly hit: Hit
  readonly candidate: Candidate
}
const mostArrived = 512

/** The value, or more of it, reached a word right there as data: what a part of it looks like there is how it was encoded. */
const covers = ({ hit, candidate }: Arrived, { start, end }: Span, part: Candidate): boolean =>
  hit.start <= start &&
  end <= hit.end &&
  (candidate === part || (candidate.kind !== 'reduced' && candidate.form.length > part.form.length))

/** What speaks for a finding and, elsewhere in the command, against one. */
interface Evidence {
  readonly guesses: Judged[]
  /** Where the value stands as data. */
  readonly data: { readonly span: Span; readonly length: number }[]
}

/** The same text, or more of the value, is data elsewhere. */
const speaksAgainst = ({ span, length }: Evidence['data'][number], guess: Judged): boolean =>
  length >= guess.form.length && (span.end <= guess.span.start || guess.span.end <= span.start)

const wholeCommand = sure('A value from the request is the whole command.', 0.9)

const changed = likely('A value from the request, slightly changed, became more than one word of the command.', 0.85)

function toFinding(input: Input, { verdict, span, form }: Judged): Finding {
  const at = input.value.indexOf(form)
  return {
    confidence: verdict.confidence,
    reason: verdict.reason,
    input,
    inputSpan: at === -1 ? null : { start: at, end: at + form.length },
    operationSpan: span,
  }
}
