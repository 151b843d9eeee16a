import type { OperationOf } from '@riposte/contract'
import type { Place } from '../javascript/judge.ts'
import { Search, type Judged } from '../javascript/search.ts'
import { TemplateJudge } from './judge-template.ts'
import { readTemplate } from './read-template.ts'

/** Parts of templates and characters that are judged for all values together; only a hostile request comes near. */
const workBudget = 1_000_000

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
    return { place, verdict: this.#judge.judge(place.signsAt ? widen(text, place) : place), whole }
  }
}

/** Takes in the signs before and behind that the value has too, whatever white space stands between them. */
function widen(text: string, place: Place): Place {
  const { signsAt } = place
  if (!signsAt) return place
  const lead = signsAt(place.start).replace(/\s/g, '').slice(-8)
  const trail = signsAt(place.end).replace(/\s/g, '').slice(0, 8)
  let { start, end } = place
  for (let left = lead.length; left > 0 && start > 0; start -= 1) {
    const sign = text.charAt(start - 1)
    if (sign === lead.charAt(left - 1)) left -= 1
    else if (!/\s/.test(sign)) break
  }
  for (let at = 0; at < trail.length && end < text.length; end += 1) {
    const sign = text.charAt(end)
    if (sign === trail.charAt(at)) at += 1
    else if (!/\s/.test(sign)) break
  }
  return { ...place, start, end }
}
