import type { Input, OperationOf, Span } from '@riposte/contract'
import type { Finding } from '../define.ts'
import { readFilter, type Filter } from '../ldap/filter.ts'
import { addsComparison, escapedValues, judgeFilter, standsInValue } from '../ldap/judge-filter.ts'
import { judgeName } from '../ldap/judge-name.ts'
import { readName, type Name } from '../ldap/name.ts'
import { filterForms, isPiece, nameForms, Search } from '../ldap/search.ts'
import type { Place, Verdict } from '../ldap/verdict.ts'

/** Longer filters and names are judged by their beginning. */
const longest = 1_000_000

/** Whether a value from the request changed the structure of a filter, or of the name of an entry. */
export function detect(operation: OperationOf<'ldap'>, inputs: readonly Input[]): Finding | null {
  const filter = operation.filter.slice(0, longest)
  const found = filter === '' ? null : findInFilter(filter, inputs)
  if (found) return found
  const name = (operation.dn ?? '').slice(0, longest)
  return name === '' ? null : findInName(name, inputs, operation.filter === '' ? 0 : operation.filter.length + 1)
}

interface Read {
  readonly filter: Filter
  readonly escaped: string
}

function findInFilter(text: string, inputs: readonly Input[]): Finding | null {
  const search = new Search(text)
  let read: Read | null = null
  for (const input of inputs) {
    let isThere: boolean | null = null
    for (const form of filterForms(input)) {
      if (isNoChoice(form, input)) continue
      const places = placesOf(search, form, input)
      if (places.length === 0) continue
      read ??= readOnce(text)
      isThere ??= standsAsGiven(read, input.value)
      const isEscaped = isThere || read.escaped.includes(form.toLowerCase())
      for (const place of places) {
        const verdict = judgeFilter(read.filter, place, isEscaped)
        if (verdict && !isExplained(verdict, place, input, inputs)) return toFinding(input, verdict, place, 0)
      }
    }
  }
  return null
}

/** The value is one value of the filter, escaped or with nothing in it to escape: what it could be decoded to is not what was asked for. */
function standsAsGiven({ filter, escaped }: Read, value: string): boolean {
  const given = value.trim().toLowerCase()
  if (given === '') return false
  if (escaped.includes(given)) return true
  const start = /[()*\\\0]/.test(given) ? -1 : filter.text.toLowerCase().indexOf(given)
  return start !== -1 && standsInValue(filter, start, start + given.length)
}

function readOnce(text: string): Read {
  const filter = readFilter(text)
  return { filter, escaped: escapedValues(filter) }
}

function findInName(text: string, inputs: readonly Input[], offset: number): Finding | null {
  const search = new Search(text)
  let name: Name | null = null
  for (const input of inputs) {
    for (const form of nameForms(input)) {
      for (const place of placesOf(search, form, input)) {
        name ??= readName(text)
        const verdict = judgeName(name, place)
        if (verdict) return toFinding(input, verdict, place, offset)
      }
    }
  }
  return null
}

/** The beginning of what stands there whole says nothing more. */
function placesOf(search: Search, form: string, { value }: Input): readonly Place[] {
  const whole = [...search.whole(form)]
  return whole.length > 0 || isPiece(form, value) ? whole : [...search.beginning(form)]
}

/** A star alone says in a header that anything will do, and in a list of fields that all are wanted. */
const isNoChoice = (form: string, { source, path }: Input): boolean =>
  /^[*\s]+$/.test(form) &&
  (source === 'headers' ||
    /(?:field|attr|select|column|include|expand|sort|order|origin|lang)\w*(?:\[\d*\])?$/i.test(path))

/** `uid=maya` is also what a cookie or a form says of the two values that the app put there. */
function isExplained(verdict: Verdict, { form }: Place, input: Input, inputs: readonly Input[]): boolean {
  if (verdict !== addsComparison) return false
  const value = form.slice(form.indexOf('=') + 1)
  return inputs.some((other) => other !== input && other.value === value)
}

function toFinding(input: Input, verdict: Verdict, place: Place, offset: number): Finding {
  const at = input.value.indexOf(place.form)
  const inputSpan: Span | null = at === -1 ? null : { start: at, end: at + place.form.length }
  return {
    ...verdict,
    input,
    inputSpan,
    operationSpan: { start: place.start + offset, end: place.end + offset },
  }
}
