import type { OperationOf } from '@riposte/contract'
import type { Place } from '../javascript/judge.ts'
import { Search, type Judged } from '../javascript/search.ts'
import { TemplateJudge } from './judge-template.ts'
import { readTemplate } from './read-template.ts'

/** Parts of templates and characters that are judged for all values together; only a hostile request comes near. */
const workBudget = 2_000_000

/** Looks for values in a template, as they are looked for in scripts, and judges each place by the template's own grammar. */
export class TemplateSearch extends Search {
  readonly #operation: OperationOf<'template'>
  #judge: TemplateJudge | null = null
  #left = workBudget

  constructor(operation: OperationOf<'template'>) {
    super(operation.text)
    this.#operation = operation
  }

  override judge(place: Place, whole = true): Judged {
    this.#left -= 64 + place.end - place.start
    if (this.#left < 0) return { place, verdict: { kind: 'nothing' }, whole }
    const { engine, text, delimiters } = this.#operation
    this.#judge ??= new TemplateJudge(readTemplate(engine, text, delimiters ?? {}), engine)
    return { place, verdict: this.#judge.judge(place), whole }
  }
}
