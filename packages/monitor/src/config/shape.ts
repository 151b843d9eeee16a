/** One thing that is wrong in a configuration: where, what was given, what would be right. */
export interface ConfigIssue {
  readonly level: 'error' | 'warning'
  readonly path: string
  readonly message: string
}

/** A hand-written schema: it checks a value and draws its JSON Schema, without a library in the app that is guarded. */
export interface Shape<T> {
  /** @returns the value when it is right; undefined, with an issue, when it is not */
  read(value: unknown, path: string, issues: ConfigIssue[]): T | undefined
  readonly schema: Record<string, unknown>
}

export const describe = (value: unknown): string => {
  const text = (JSON.stringify(value) as string | undefined) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

const wrong = <T>(issues: ConfigIssue[], path: string, value: unknown, allowed: string): T | undefined => {
  issues.push({ level: 'error', path, message: `given ${describe(value)}; allowed: ${allowed}` })
  return undefined
}

export const boolean = (description: string): Shape<boolean> => ({
  schema: { type: 'boolean', description },
  read: (value, path, issues) => (typeof value === 'boolean' ? value : wrong(issues, path, value, 'true or false')),
})

export const text = (description: string): Shape<string> => ({
  schema: { type: 'string', description },
  read: (value, path, issues) => (typeof value === 'string' ? value : wrong(issues, path, value, 'a text')),
})

export const integer = (description: string, least: number, most: number): Shape<number> => ({
  schema: { type: 'integer', minimum: least, maximum: most, description },
  read: (value, path, issues) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? value
      : wrong(issues, path, value, `a whole number from ${least} to ${most}`),
})

export const fraction = (description: string): Shape<number> => ({
  schema: { type: 'number', minimum: 0, maximum: 1, description },
  read: (value, path, issues) =>
    typeof value === 'number' && value >= 0 && value <= 1 ? value : wrong(issues, path, value, 'a number from 0 to 1'),
})

/** One of a few words; upper and lower case are the same. */
export const oneOf = <const Word extends string>(description: string, words: readonly Word[]): Shape<Word> => ({
  schema: { enum: words, description },
  read: (value, path, issues) => {
    const found =
      typeof value === 'string' ? words.find((word) => word.toLowerCase() === value.toLowerCase()) : undefined
    return found ?? wrong(issues, path, value, words.join(', '))
  },
})

export const list = <T>(item: Shape<T>, description: string): Shape<T[]> => ({
  schema: { type: 'array', items: item.schema, description },
  read: (value, path, issues) => {
    if (!Array.isArray(value)) {
      wrong(issues, path, value, 'a list')
      return undefined
    }
    return value.flatMap((part, index) => {
      const read = item.read(part, `${path}[${index}]`, issues)
      return read === undefined ? [] : [read]
    })
  },
})

/** The first shape that fits; the issues of the first when none does. */
export const either = <A, B>(one: Shape<A>, other: Shape<B>, isOther: (value: unknown) => boolean): Shape<A | B> => ({
  schema: { anyOf: [one.schema, other.schema] },
  read: (value, path, issues) => (isOther(value) ? other.read(value, path, issues) : one.read(value, path, issues)),
})

type Fields = Record<string, Shape<unknown>>
export type Read<F extends Fields> = { readonly [Name in keyof F]?: F[Name] extends Shape<infer T> ? T : never }

/** An object of known keys, all optional. An unknown one is named with its nearest neighbour and left out: a newer file must not stop an older app. */
export const object = <F extends Fields>(fields: F, description: string): Shape<Read<F>> => ({
  schema: {
    type: 'object',
    description,
    properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.schema])),
  },
  read: (value, path, issues) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      wrong(issues, path || 'the configuration', value, 'an object')
      return
    }
    const result: Record<string, unknown> = {}
    for (const [name, part] of Object.entries(value)) {
      const at = path === '' ? name : `${path}.${name}`
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined
      if (!field) {
        if (name !== '$schema')
          issues.push({
            level: 'warning',
            path: at,
            message: `unknown key${suggestion(name, Object.keys(fields))}; left alone`,
          })
        continue
      }
      const read = field.read(part, at, issues)
      if (read !== undefined) result[name] = read
    }
    return result as Read<F>
  },
})

/** `, did you mean "x"?` when a known name is near. */
export function suggestion(name: string, known: readonly string[]): string {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  const [best] = ranked
  return best && best.distance <= Math.max(2, Math.floor(name.length / 3)) ? `, did you mean "${best.candidate}"?` : ''
}

function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= other.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}
