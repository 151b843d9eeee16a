import type { Input, OperationOf, Span } from '@riposte/contract'
import type { Finding } from '../define.ts'
import type { Word } from '../shell/reading.ts'
import { candidatesOf, type Candidate } from './candidate.ts'
import { judge } from './judge.ts'
import { judgeWord } from './judge-word.ts'
import { likely, sure, type Alarm } from './place.ts'
import { readLayers } from './readings.ts'
import { Search, type Hit } from './search.ts'

/** Looks for every value in the command, as given and as apps change it, and judges what the shell makes of each place. */
export function detect(operation: OperationOf<'shell' | 'exec'>, inputs: readonly Input[]): Finding | null {
  const search = new LayeredSearch(operation)
  for (const input of inputs) {
    const found = search.find(input)
    if (found) return found
  }
  return null
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

  /** The whole command, or the file that is run, comes from outside. */
  #findProgram({ value }: Input): Judged | null {
    const form = value.trim()
    if (form !== this.#program || form === '') return null
    const span = { start: 0, end: this.#program.length }
    if (this.#operation.kind === 'shell')
      return { verdict: sure('A value from the request is the whole command.', 0.9), span, form }
    if (this.#operation.args.some((argument) => argument.includes(form))) return null
    return { verdict: likely('A value from the request names the program that is run.', 0.75), span, form }
  }

  #findForms(all: readonly Candidate[]): Judged | null {
    if (all.length === 0) return null
    const outer = this.#open()[0]?.search
    const candidates = all.filter((candidate) => outer?.mayHold(candidate))
    if (candidates.length === 0) return null
    let isContent = false
    let guess: Judged | null = null
    for (const layer of this.#open()) {
      for (const candidate of candidates) {
        const judged = findIn(layer, candidate)
        if (judged === 'content') isContent ||= true
        else if (judged?.verdict.sure) return judged
        else guess ??= judged
      }
    }
    return isContent ? null : guess
  }

  #open(): readonly SearchedLayer[] {
    if (this.#layers) return this.#layers
    const layers = readLayers(this.#operation)
    const code = new Set(layers.flatMap(({ words }) => words))
    this.#layers = layers.map(({ reading, within }) => ({ search: new Search(reading), within, code }))
    return this.#layers
  }
}

function findIn({ search, within, code }: SearchedLayer, candidate: Candidate): Judged | 'content' | null {
  const { reading } = search
  const hits = search.hits(candidate)
  let guess: Judged | null = null
  let isContent = false
  const toJudged = (verdict: Alarm, { start, end }: Span): Judged => ({
    verdict,
    span: within ?? { start, end },
    form: candidate.form,
  })
  for (const hit of hits) {
    const verdict = judgeWord(search.commandOf(hit.word), hit, candidate.form)
    if (verdict.kind === 'finding' && verdict.sure) return toJudged(verdict, hit)
    if (verdict.kind === 'finding') guess ??= toJudged(verdict, hit)
    else if (verdict.kind === 'content' && !code.has(hit.word)) isContent = true
  }
  for (const place of search.exact(candidate)) {
    if (isCovered(place, hits)) continue
    const verdict = judge(reading, place)
    if (verdict.kind !== 'finding') continue
    if (verdict.sure) return toJudged(verdict, place)
    guess ??= toJudged(verdict, place)
  }
  if (candidate.isSpicy) {
    for (const place of search.changed(candidate)) {
      if (!isCovered(place, hits)) return toJudged(changed, place)
    }
  }
  return isContent ? 'content' : guess
}

const changed = sure('A value from the request, slightly changed, became more than one word of the command.', 0.85)

const isCovered = ({ start, end }: Span, hits: readonly Hit[]): boolean =>
  hits.some((hit) => hit.start <= start && end <= hit.end)

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
