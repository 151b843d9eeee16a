import { isPath, parseFilter, type FilterValue, type ScimFilter } from './filter.ts'
import { ScimError } from './scim-error.ts'

export type Resource = { [attribute: string]: unknown }

export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove'
  readonly path?: string | undefined
  readonly value?: unknown
}

/** `urn:…:User:department`, `name.givenName`, `emails[type eq "work"].value`, taken apart. */
interface Target {
  /** An extension's schema, or null for the core. */
  readonly schema: string | null
  readonly attribute: string
  readonly filter: ScimFilter | null
  readonly sub: string | null
}

const mostValues = 10_000

/**
 * Applies operations in order to a copy (RFC 7644, 3.5.2): all or, by throwing, none. Lenient where identity providers are: op in
 * capitals, `path` inside of value's keys, a value filter that matches nothing yet.
 * @throws ScimError
 */
export function applyPatch(resource: Resource, operations: readonly PatchOperation[]): Resource {
  const copy = structuredClone(resource)
  operations.forEach((operation, index) => {
    try {
      applyOne(copy, operation)
    } catch (error) {
      if (error instanceof ScimError)
        throw new ScimError(error.status, error.scimType, `Operation ${index + 1}: ${error.message}`)
      throw error
    }
  })
  return copy
}

function applyOne(resource: Resource, { op, path, value }: PatchOperation): void {
  if (path !== undefined && path !== '') {
    applyAt(resource, op, readTarget(path), value)
    return
  }
  if (op === 'remove') throw new ScimError(400, 'noTarget', 'remove needs a path')
  if (!isRecord(value)) throw new ScimError(400, 'invalidValue', `${op} without a path needs an object as its value`)
  for (const [key, part] of Object.entries(value)) {
    if (key === 'schemas') continue
    if (key.startsWith('urn:') && isRecord(part))
      for (const [inner, innerPart] of Object.entries(part))
        applyAt(resource, op, { schema: key, attribute: inner, filter: null, sub: null }, innerPart)
    else applyAt(resource, op, readTarget(key), part)
  }
}

const forbidden = new Set(['__proto__', 'constructor', 'prototype'])
const readOnly = new Set(['id', 'meta', 'schemas'])

export function readTarget(path: string): Target {
  const bad = (): ScimError => new ScimError(400, 'invalidPath', `"${path.slice(0, 100)}" is no path`)
  const open = path.indexOf('[')
  const close = path.lastIndexOf(']')
  const filter = open < 0 ? null : close > open ? parseFilter(path.slice(open + 1, close)) : undefined
  if (filter === undefined) throw bad()
  const before = open < 0 ? path : path.slice(0, open)
  const after = open < 0 ? '' : path.slice(close + 1)
  if (!isPath(before)) throw bad()
  const colon = before.startsWith('urn:') ? before.lastIndexOf(':') : -1
  const schema = colon < 0 ? null : before.slice(0, colon)
  const names = before.slice(colon + 1).split('.')
  const attribute = names[0] ?? ''
  const inner = names.at(1) ?? null
  const sub = after === '' ? inner : after.startsWith('.') && inner === null ? after.slice(1) : undefined
  if (sub === undefined || names.length > 2 || attribute === '' || (sub !== null && !/^[A-Za-z][\w$-]*$/.test(sub)))
    throw bad()
  if ([attribute, sub ?? '', schema ?? ''].some((name) => forbidden.has(name))) throw bad()
  if (schema === null && readOnly.has(attribute))
    throw new ScimError(400, 'mutability', `${attribute} cannot be changed`)
  return { schema, attribute, filter, sub }
}

function applyAt(resource: Resource, op: PatchOperation['op'], target: Target, value: unknown): void {
  const { schema } = target
  const core = schema === null || /^urn:ietf:params:scim:schemas:core:2\.0:(User|Group)$/i.test(schema)
  const holder = core ? resource : extensionOf(resource, schema)
  const name = keyIn(holder, target.attribute)
  if (target.filter) applyToSome(holder, name, op, target.filter, target.sub, value)
  else if (target.sub !== null) applyToSub(holder, name, op, target.sub, value)
  else if (op === 'remove') removeFrom(holder, name, value)
  else holder[name] = op === 'add' ? merged(holder[name], value) : value
}

/** Names are not case-sensitive (RFC 7643, 2.1); a new one keeps its spelling. */
const keyIn = (holder: Resource, name: string): string =>
  Object.keys(holder).find((key) => key.toLowerCase() === name.toLowerCase()) ?? name

function extensionOf(resource: Resource, schema: string): Resource {
  const key = keyIn(resource, schema)
  const there = resource[key]
  if (isRecord(there)) return there
  const made: Resource = {}
  resource[key] = made
  return made
}

function merged(there: unknown, value: unknown): unknown {
  if (Array.isArray(there)) {
    const known = new Set(there.map((item) => JSON.stringify(item)))
    const added = (Array.isArray(value) ? value : [value]).filter((item) => !known.has(JSON.stringify(item)))
    return bounded([...(there as unknown[]), ...(added as unknown[])])
  }
  return isRecord(there) && isRecord(value) ? { ...there, ...value } : value
}

const bounded = (values: unknown[]): unknown[] => {
  if (values.length > mostValues) throw new ScimError(400, 'tooMany', `An attribute may have ${mostValues} values`)
  return values
}

/** `remove` with a list of values removes those: Entra sends members like that. */
function removeFrom(holder: Resource, name: string, value: unknown): void {
  const there = holder[name]
  if (Array.isArray(there) && Array.isArray(value)) {
    const gone = new Set(value.map((item: unknown) => (isRecord(item) ? item['value'] : item)))
    holder[name] = there.filter((item: unknown) => !gone.has(isRecord(item) ? item['value'] : item))
  } else Reflect.deleteProperty(holder, name)
}

function applyToSub(holder: Resource, name: string, op: PatchOperation['op'], sub: string, value: unknown): void {
  const there = holder[name]
  const objects = Array.isArray(there) ? there.filter(isRecord) : [isRecord(there) ? there : {}]
  if (!Array.isArray(there) && op !== 'remove') holder[name] = objects[0]
  for (const object of objects) setSub(object, op, sub, value)
}

function setSub(object: Resource, op: PatchOperation['op'], sub: string, value: unknown): void {
  const key = keyIn(object, sub)
  if (op === 'remove') Reflect.deleteProperty(object, key)
  else object[key] = value
}

function applyToSome(
  holder: Resource,
  name: string,
  op: PatchOperation['op'],
  filter: ScimFilter,
  sub: string | null,
  value: unknown,
): void {
  const there = holder[name]
  const values = Array.isArray(there) ? there.filter(isRecord) : []
  const found = values.filter((item) => matches(item, filter))
  if (found.length === 0) {
    if (op === 'remove') throw new ScimError(400, 'noTarget', `No value of ${name} is like that`)
    const made = impliedBy(filter)
    if (!made) throw new ScimError(400, 'noTarget', `No value of ${name} is like that`)
    if (sub === null && isRecord(value)) Object.assign(made, value)
    else setSub(made, 'add', sub ?? 'value', value)
    holder[name] = bounded([...values, made])
    return
  }
  if (op === 'remove' && sub === null) holder[name] = values.filter((item) => !found.includes(item))
  else
    for (const item of found) {
      if (sub !== null) setSub(item, op, sub, value)
      else if (isRecord(value)) Object.assign(item, value)
      else throw new ScimError(400, 'invalidValue', `A value of ${name} is an object`)
    }
}

/** `type eq "work"` says what a new value must be; other filters do not. */
function impliedBy(filter: ScimFilter): Resource | null {
  if (filter.kind === 'compare' && filter.operator === 'eq') return { [filter.path]: filter.value }
  if (filter.kind !== 'and') return null
  const parts = filter.parts.map(impliedBy)
  return parts.some((part) => part === null) ? null : (Object.assign({}, ...parts) as Resource)
}

/** Whether one value of a multi-valued attribute is like that. */
export function matches(item: Resource, filter: ScimFilter): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.parts.every((part) => matches(item, part))
    case 'or':
      return filter.parts.some((part) => matches(item, part))
    case 'not':
      return !matches(item, filter.part)
    case 'present':
      return item[keyIn(item, filter.path)] !== undefined
    case 'some':
      return false
    case 'compare':
      return compare(item[keyIn(item, filter.path)], filter.operator, filter.value)
  }
}

function compare(there: unknown, operator: string, value: FilterValue): boolean {
  const fold = (part: unknown): unknown => (typeof part === 'string' ? part.toLowerCase() : (part ?? null))
  const [left, right] = [fold(there), fold(value)]
  if (operator === 'eq') return left === right
  if (operator === 'ne') return left !== right
  if (typeof left !== 'string' || typeof right !== 'string') return false
  if (operator === 'co') return left.includes(right)
  if (operator === 'sw') return left.startsWith(right)
  if (operator === 'ew') return left.endsWith(right)
  if (operator === 'gt') return left > right
  if (operator === 'ge') return left >= right
  return operator === 'lt' ? left < right : left <= right
}

export const isRecord = (value: unknown): value is Resource =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
