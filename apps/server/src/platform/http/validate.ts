import type { FieldError } from '@riposte/contract'
import type { z } from 'zod'
import { Refusal } from './refusal.ts'
import { findUnstorable } from './storable.ts'

/** Parses at the door. @throws Refusal that names each wrong part: where, given, allowed */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: string,
  options: { anyText?: boolean } = {},
): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) {
    // Apps report what attackers sent: that is made storable where it is stored. Here a person or program can be told.
    const unstorable = options.anyText ? null : findUnstorable(parsed.data)
    if (!unstorable) return parsed.data
    const message = 'holds a NUL character or half a surrogate pair'
    throw new Refusal('request.invalid', `The ${where} is not valid`, {
      errors: [{ path: formatPath(unstorable), message, allowed: 'text without them' }],
    })
  }
  throw new Refusal('request.invalid', `The ${where} is not valid`, { errors: fieldErrors(parsed.error, value) })
}

export function fieldErrors(error: z.ZodError, value: unknown): FieldError[] {
  return error.issues.slice(0, 50).map((issue) => {
    const given = describe(at(value, issue.path))
    const allowed = allowedBy(issue)
    return {
      path: formatPath(issue.path),
      message: issue.message,
      ...(given === null ? {} : { given }),
      ...(allowed === null ? {} : { allowed }),
    }
  })
}

function allowedBy(issue: z.core.$ZodIssue): string | null {
  if (issue.code === 'invalid_value') return issue.values.map(String).join(', ')
  if (issue.code === 'invalid_type') return issue.expected
  if (issue.code === 'too_big') return `at most ${issue.maximum}`
  if (issue.code === 'too_small') return `at least ${issue.minimum}`
  if (issue.code === 'invalid_format') return issue.format
  return null
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (part, key) =>
      typeof part === 'object' && part !== null ? (part as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  )
}

function describe(value: unknown): string | null {
  if (value === undefined) return null
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) return typeof value
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

export const formatPath = (path: readonly PropertyKey[]): string =>
  path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('')
