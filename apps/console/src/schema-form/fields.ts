import type { FieldError } from '@riposte/contract'

interface Common {
  readonly name: string
  readonly title: string
  readonly description: string | null
  readonly required: boolean
  /** Empty means null. */
  readonly nullable: boolean
  readonly standard: unknown
}
interface Range {
  readonly min: number | null
  readonly max: number | null
}
/** One property of a JSON Schema as a form draws it and a command line takes it. */
export type Field = Common &
  (
    | ({ readonly kind: 'text' } & Range & { readonly pattern: string | null; readonly format: string | null })
    | ({ readonly kind: 'number'; readonly whole: boolean } & Range)
    | { readonly kind: 'boolean' }
    | { readonly kind: 'choice'; readonly choices: readonly string[] }
    | ({ readonly kind: 'list'; readonly item: 'text' | 'number'; readonly choices: readonly string[] | null } & Range)
    /** Not for typing: filled in by whoever knows it. */
    | { readonly kind: 'fixed' }
  )

/** What a form holds while it is typed: text for text and numbers, so that a half-typed number is no other number. */
export type Draft = Readonly<Record<string, unknown>>
export interface DraftReading {
  readonly parameters: Readonly<Record<string, unknown>>
  readonly mistakes: Readonly<Record<string, string>>
}

type Schema = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const numberOr = (value: unknown): number | null =>
  typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : null
const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** `durationMinutes` as "Duration minutes". */
function titleOf(name: string): string {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The properties of an object schema, in its order. */
export function readFields(schema: Schema): Field[] {
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : []
  return Object.entries(properties).map(([name, property]) =>
    readField(name, isObject(property) ? property : {}, required.includes(name)),
  )
}

function readField(name: string, property: Schema, listed: boolean): Field {
  const { schema, nullable } = withoutNull(property)
  const common: Common = {
    name,
    title: textOr(property['title']) ?? textOr(schema['title']) ?? titleOf(name),
    description: textOr(property['description']) ?? textOr(schema['description']),
    required: listed && property['default'] === undefined && !nullable,
    nullable,
    standard: property['default'] ?? schema['default'] ?? (nullable ? null : undefined),
  }
  if (property['readOnly'] === true) return { ...common, kind: 'fixed' }
  const choices = choicesOf(schema)
  if (choices) return { ...common, kind: 'choice', choices }
  switch (schema['type']) {
    case 'string':
      return {
        ...common,
        kind: 'text',
        min: numberOr(schema['minLength']),
        max: numberOr(schema['maxLength']),
        pattern: textOr(schema['pattern']),
        format: textOr(schema['format']),
      }
    case 'integer':
    case 'number':
      return {
        ...common,
        kind: 'number',
        whole: schema['type'] === 'integer',
        min: numberOr(schema['minimum']),
        max: numberOr(schema['maximum']),
      }
    case 'boolean':
      return { ...common, kind: 'boolean' }
    case 'array': {
      const item = isObject(schema['items']) ? schema['items'] : {}
      if (item['type'] !== 'string' && item['type'] !== 'integer' && item['type'] !== 'number') break
      return {
        ...common,
        kind: 'list',
        item: item['type'] === 'string' ? 'text' : 'number',
        choices: choicesOf(item),
        min: numberOr(schema['minItems']),
        max: numberOr(schema['maxItems']),
      }
    }
  }
  return { ...common, kind: 'fixed' }
}

function choicesOf(schema: Schema): string[] | null {
  const given = schema['enum'] ?? (schema['const'] === undefined ? undefined : [schema['const']])
  return Array.isArray(given) && given.every((value) => typeof value === 'string') ? given : null
}

/** `anyOf [X, null]` and `type: [x, null]` as X that may be null. */
function withoutNull(property: Schema): { schema: Schema; nullable: boolean } {
  const options = property['anyOf'] ?? property['oneOf']
  if (Array.isArray(options)) {
    const real = (options as unknown[]).filter(isObject).filter((option) => option['type'] !== 'null')
    const [only] = real
    if (real.length === 1 && only) return { schema: only, nullable: real.length < options.length }
  }
  const { type } = property
  if (Array.isArray(type)) {
    const real = (type as unknown[]).filter((name) => name !== 'null')
    if (real.length === 1) return { schema: { ...property, type: real[0] }, nullable: real.length < type.length }
  }
  return { schema: property, nullable: false }
}

/** A draft with what is given, and else what holds when nobody changes it. */
export function startDraft(fields: readonly Field[], given: Readonly<Record<string, unknown>> = {}): Draft {
  return Object.fromEntries(fields.map((field) => [field.name, typed(field, given[field.name] ?? field.standard)]))
}

function typed(field: Field, value: unknown): unknown {
  switch (field.kind) {
    case 'text':
    case 'choice':
      return typeof value === 'string' ? value : ''
    case 'number':
      return typeof value === 'number' ? String(value) : ''
    case 'boolean':
      return value === true
    case 'list':
      return Array.isArray(value) ? value.map(String) : []
    case 'fixed':
      return value ?? null
  }
}

/** Reads a draft as parameters; what cannot be read is told at its field. The server reads everything again. */
export function readDraft(fields: readonly Field[], draft: Draft): DraftReading {
  const parameters: Record<string, unknown> = {}
  const mistakes: Record<string, string> = {}
  for (const field of fields) {
    const read = readValue(field, draft[field.name])
    if (read.mistake !== undefined) mistakes[field.name] = read.mistake
    else if (read.value !== undefined) parameters[field.name] = read.value
  }
  return { parameters, mistakes }
}

interface ValueReading {
  readonly value?: unknown
  readonly mistake?: string
}

function readValue(field: Field, value: unknown): ValueReading {
  const empty = value === '' || value === undefined || value === null
  if (empty && field.kind !== 'fixed') {
    if (field.nullable) return { value: null }
    return field.required ? { mistake: `${field.title} is missing` } : {}
  }
  switch (field.kind) {
    case 'boolean':
      return { value: value === true }
    case 'text':
      return readText(String(value), field)
    case 'number':
      return readNumber(String(value), field)
    case 'choice':
      return field.choices.includes(String(value))
        ? { value }
        : { mistake: `One of ${field.choices.join(', ')}; given ${String(value)}` }
    case 'list':
      return readList(Array.isArray(value) ? value.map(String) : [String(value)], field)
    case 'fixed':
      if (value === null && !field.nullable) return field.required ? { mistake: `${field.title} is missing` } : {}
      return { value }
  }
}

/** A range in words. */
export const between = ({ min, max }: Range): string =>
  min !== null && max !== null ? `${min} to ${max}` : min !== null ? `at least ${min}` : `at most ${max ?? ''}`
const outside = (count: number, { min, max }: Range): boolean =>
  (min !== null && count < min) || (max !== null && count > max)

function readText(text: string, field: Extract<Field, { kind: 'text' }>): ValueReading {
  if (outside(text.length, field)) return { mistake: `Length ${between(field)}; given ${text.length}` }
  if (field.format === 'uuid' && !/^[0-9a-f-]{36}$/i.test(text)) return { mistake: 'An id, 36 characters' }
  return { value: text }
}

function readNumber(text: string, field: { readonly whole: boolean } & Range): ValueReading {
  const number = Number(text)
  if (text.trim() === '' || !Number.isFinite(number)) return { mistake: `A number; given ${text}` }
  if (field.whole && !Number.isInteger(number)) return { mistake: `A whole number; given ${text}` }
  if (outside(number, field)) return { mistake: `A number, ${between(field)}; given ${text}` }
  return { value: number }
}

function readList(items: readonly string[], field: Extract<Field, { kind: 'list' }>): ValueReading {
  if (outside(items.length, field)) return { mistake: `${between(field)} of them; given ${items.length}` }
  const wrong = field.choices ? items.find((item) => !field.choices?.includes(item)) : undefined
  if (wrong !== undefined) return { mistake: `Each one of ${field.choices?.join(', ') ?? ''}; given ${wrong}` }
  if (field.item === 'text') return { value: [...items] }
  const numbers = items.map(Number)
  const bad = items[numbers.findIndex((number) => !Number.isFinite(number))]
  return bad === undefined ? { value: numbers } : { mistake: `Numbers; given ${bad}` }
}

export interface PlacedErrors {
  readonly at: Readonly<Record<string, string>>
  /** What belongs to no field. */
  readonly rest: readonly string[]
}

/** Where the errors of a refusal belong: `parameters.address`, `parameters.allow[1]` or plain `address` are at `address`. */
export function placeErrors(errors: readonly FieldError[] | undefined, names: readonly string[]): PlacedErrors {
  const at: Record<string, string> = {}
  const rest: string[] = []
  for (const { path, message, given, allowed } of errors ?? []) {
    const name = /^(?:body\.)?(?:parameters\.)?([^.[]+)/.exec(path)?.[1] ?? ''
    const sentence = [message, allowed ? `allowed: ${allowed}` : '', given ? `given: ${given}` : '']
      .filter((part) => part !== '')
      .join('; ')
    if (names.includes(name)) at[name] ??= sentence
    else rest.push(path === '' ? sentence : `${path}: ${sentence}`)
  }
  return { at, rest }
}
