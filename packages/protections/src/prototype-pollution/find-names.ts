import type { Input, Span } from '@riposte/contract'
import { forms } from '../text/forms.ts'
import type { Way } from './find-way.ts'

export interface Named {
  readonly input: Input
  readonly span: Span | null
  /** As it came, or after a change that apps make on the way. */
  readonly asGiven: boolean
}

/** Of so much text changed forms are looked at. */
const mostDecoded = 2_000_000

/** The input that names the way to the prototype, as the name of a field, in a path, or in a text that the app parses itself. */
export function findWay(way: Way, inputs: readonly Input[]): Named | null {
  return way === '__proto__'
    ? (findText('__proto__', inputs) ?? findJoined('__proto__', inputs))
    : findBoth('constructor', 'prototype', inputs)
}

function findBoth(first: string, second: string, inputs: readonly Input[]): Named | null {
  const named = findText(first, inputs) ?? findJoined(first, inputs)
  return named && (findText(second, inputs) ?? findJoined(second, inputs)) ? named : null
}

/** The input that holds that text in its value, else in the path by which it came. */
export function findText(text: string, inputs: readonly Input[], accepts: Accepts = contains): Named | null {
  for (const input of inputs) {
    const at = accepts(input.value, text)
    if (at !== -1) return { input, span: { start: at, end: at + text.length }, asGiven: true }
  }
  const byPath = inputs.find(({ path }) => accepts(path, text) !== -1)
  if (byPath) return { input: byPath, span: null, asGiven: true }
  const lower = text.toLowerCase()
  let room = mostDecoded
  for (const input of inputs) {
    room -= input.value.length
    if (room < 0) return null
    if (forms(input.value).some((form) => accepts(form.toLowerCase(), lower) !== -1))
      return { input, span: null, asGiven: false }
  }
  return null
}

type Accepts = (within: string, text: string) => number

const contains: Accepts = (within, text) => within.indexOf(text)

/** The name by itself: with no letter, digit or underscore at either side. */
export const containsWord: Accepts = (within, text) => {
  for (let at = within.indexOf(text); at !== -1; at = within.indexOf(text, at + 1)) {
    if (!isWord(within[at - 1]) && !isWord(within[at + text.length])) return at
  }
  return -1
}

const isWord = (character: string | undefined): boolean => character !== undefined && /\w/.test(character)

/** One value ends with the beginning of the name, and another begins with its rest: the app put them together. */
function findJoined(name: string, inputs: readonly Input[]): Named | null {
  for (let cut = 2; cut <= name.length - 2; cut += 1) {
    const head = name.slice(0, cut)
    const first = inputs.find(({ value }) => value.endsWith(head))
    const rest = name.slice(cut)
    if (!first || !inputs.some(({ value }) => value.startsWith(rest))) continue
    const end = first.value.length
    return { input: first, span: { start: end - cut, end }, asGiven: false }
  }
  return null
}
