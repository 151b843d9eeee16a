import type { Operator, ScimFilter } from './filter.ts'
import { ScimError } from './scim-error.ts'

/** An attribute that can be asked for: how it reads in SQL. */
export interface Filterable {
  readonly sql: string
  /** `text` is compared without case; `exact` with it. */
  readonly type: 'text' | 'exact' | 'boolean' | 'time'
}

/** A filter as a condition; values are appended to `values`. @throws ScimError `invalidFilter` */
export function filterToSql(
  filter: ScimFilter,
  attributes: Readonly<Record<string, Filterable>>,
  values: unknown[],
): string {
  const bind = (value: unknown): string => `$${values.push(value)}`
  const known = (path: string): Filterable => {
    const plain = path.toLowerCase().replace(/^urn:ietf:params:scim:schemas:core:2\.0:(user|group):/, '')
    const found = Object.hasOwn(attributes, plain) ? attributes[plain] : undefined
    if (!found) throw wrong(`asks for ${path}; it may ask for ${Object.keys(attributes).join(', ')}`)
    return found
  }
  const draw = (part: ScimFilter, within = ''): string => {
    switch (part.kind) {
      case 'and':
      case 'or':
        return `(${part.parts.map((inner) => draw(inner, within)).join(` ${part.kind} `)})`
      case 'not':
        return `not coalesce(${draw(part.part, within)}, false)`
      case 'present':
        return `(${known(within + part.path).sql}) is not null`
      case 'some':
        return draw(part.part, `${part.path}.`)
      case 'compare':
        return compare(part, known(within + part.path))
    }
  }
  const compare = (part: Extract<ScimFilter, { kind: 'compare' }>, { sql, type }: Filterable): string => {
    const { operator, value, path } = part
    if (value === null) return operator === 'ne' ? `(${sql}) is not null` : `(${sql}) is null`
    if (type === 'boolean') {
      const flag = typeof value === 'string' ? { true: true, false: false }[value.toLowerCase()] : value
      if (typeof flag !== 'boolean' || (operator !== 'eq' && operator !== 'ne'))
        throw wrong(`compares ${path}, which is true or false, by eq or ne`)
      return `(${sql}) ${operator === 'eq' ? '=' : '<>'} ${bind(flag)}`
    }
    if (typeof value !== 'string' || value.includes('\0') || !value.isWellFormed())
      throw wrong(`compares ${path} with something other than "text"`)
    if (type === 'time') return compareTimes(sql, operator, value, bind)
    const left = type === 'text' ? `lower(${sql})` : `(${sql})`
    const right = type === 'text' ? `lower(${bind(value)})` : bind(value)
    return compareTexts(left, operator, right)
  }
  return draw(filter)
}

const signs: Partial<Record<Operator, string>> = {
  eq: '=',
  ne: 'is distinct from',
  gt: '>',
  ge: '>=',
  lt: '<',
  le: '<=',
}

function compareTexts(left: string, operator: Operator, right: string): string {
  if (operator === 'co') return `strpos(${left}, ${right}) > 0`
  if (operator === 'sw') return `starts_with(${left}, ${right})`
  if (operator === 'ew') return `right(${left}, length(${right})) = ${right}`
  return `${left} ${signs[operator] ?? '='} ${right}`
}

function compareTimes(sql: string, operator: Operator, value: string, bind: (value: unknown) => string): string {
  const at = Date.parse(value)
  const sign = signs[operator]
  if (!/^\d{4}-\d\d-\d\dT/.test(value) || Number.isNaN(at) || sign === undefined)
    throw wrong(
      'compares a time with something other than a time such as "2026-01-31T12:00:00Z", by eq, ne, gt, ge, lt or le',
    )
  return `date_trunc('milliseconds', ${sql}) ${sign} ${bind(new Date(at))}::timestamptz`
}

const wrong = (what: string): ScimError => new ScimError(400, 'invalidFilter', `The filter ${what}`)
