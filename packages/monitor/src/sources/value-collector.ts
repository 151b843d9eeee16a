import type { Input } from '@riposte/contract'
import type { Limits } from '../core/limits.ts'
import { graphqlLiterals } from './graphql-literals.ts'

/** Which limit was hit, and in which part of the request. */
export interface Cut {
  readonly limit: keyof Limits
  readonly source: string
}

/** Steps through a document for each value that may be kept of it: a list of a million nulls holds no value, and takes its time. */
const stepsPerValue = 16

/**
 * Gathers values and names up to the limits. Each part of a request has a count of its own, so that nobody pads the body to have
 * the headers overlooked. A value that came twice is kept once.
 */
export class ValueCollector {
  readonly inputs: Input[] = []
  readonly #cuts = new Map<keyof Limits, Cut>()
  readonly #limits: Limits
  readonly #known = new Set<string>()
  #room: number
  #steps: number
  /** Below how many names that lead to a prototype it is: there every name tells. */
  #aside = 0
  /** What could not be read at all, such as the bytes of a picture. */
  unread: string | null = null

  constructor(limits: Limits) {
    this.#limits = limits
    this.#room = limits.values
    this.#steps = limits.values * stepsPerValue
  }

  /** The next part of the request, with the whole count before it. */
  nextPart(): void {
    this.#room = this.#limits.values
    this.#steps = this.#limits.values * stepsPerValue
  }

  get cuts(): readonly Cut[] {
    return [...this.#cuts.values()]
  }

  /** Whether nothing more of this part is kept; asked when there is more. */
  isOver(source: string): boolean {
    if (this.#room > 0 && this.#steps > 0) return false
    this.cut('values', source)
    return true
  }

  cut(limit: keyof Limits, source: string): void {
    if (!this.#cuts.has(limit)) this.#cuts.set(limit, { limit, source })
  }

  add(source: string, path: string, value: string): void {
    if (value === '' || this.#known.has(value)) return
    if (this.#room <= 0) {
      this.cut('values', source)
      return
    }
    this.#room -= 1
    this.#known.add(value)
    const most = this.#limits.valueLength
    if (value.length > most) this.cut('valueLength', source)
    this.inputs.push({ source, path, value: value.length > most ? value.slice(0, most) : value })
  }

  /** A text that may be a GraphQL document, and what its text arguments say. */
  addDocument(source: string, path: string, value: string): void {
    this.add(source, path, value)
    for (const literal of graphqlLiterals(value, this.#limits.values)) this.add(source, `${path} (argument)`, literal)
  }

  /** A name that the client chose is an input too. */
  addName(source: string, path: string, name: string): void {
    if (isOfNote.test(name)) this.add(source, `${path} (name)`, name)
  }

  /** Every leaf of a parsed value, depth first. Getters that throw and keys such as `__proto__` are only data here. */
  addTree(source: string, value: unknown, path = '', depth = 0): void {
    this.#steps -= 1
    if (typeof value === 'string') {
      this.add(source, path, value)
      return
    }
    if (typeof value === 'number' || typeof value === 'bigint') {
      this.add(source, path, String(value))
      return
    }
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
    if (depth >= this.#limits.depth) {
      this.cut('depth', source)
      return
    }
    if (Array.isArray(value)) this.#addList(source, value, path, depth)
    else this.#addFields(source, value, path, depth)
  }

  #addList(source: string, list: readonly unknown[], path: string, depth: number): void {
    for (let index = 0; index < list.length; index += 1) {
      if (this.isOver(source)) return
      this.addTree(source, list[index], `${path}[${index}]`, depth + 1)
    }
  }

  #addFields(source: string, fields: object, path: string, depth: number): void {
    for (const key of Object.keys(fields)) {
      if (this.isOver(source)) return
      const child = path === '' ? key : `${path}.${key}`
      const aside = key === '__proto__' || key === 'prototype'
      if (isOfNote.test(key) || this.#aside > 0) this.add(source, `${child} (name)`, key)
      const value = readProperty(fields, key)
      if (aside) this.#aside += 1
      if (key === documentName && typeof value === 'string') this.addDocument(source, child, value)
      else this.addTree(source, value, child, depth + 1)
      if (aside) this.#aside -= 1
    }
  }
}

/** What a plain word could not do. */
const isOfNote = /[^A-Za-z0-9_]|^(?:__proto__|constructor|prototype)$/

/** Where clients of GraphQL put the document. */
export const documentName = 'query'

function readProperty(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key]
  } catch {
    // The app's getter, not ours: what it throws is nobody's input.
    return undefined
  }
}
