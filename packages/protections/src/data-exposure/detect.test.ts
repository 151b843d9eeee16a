import type { OperationOf } from '@riposte/contract'
import { describe, expect, it, test } from 'vitest'
import { defaultSettings } from '../define.ts'
import { attacks, benign, type Case } from './cases.ts'
import { detect } from './detect.ts'
import { outline } from './outline.ts'
import { partAfter } from './parts.ts'
import { spec } from './spec.ts'

const textOf = ({ body }: Case): string => (typeof body === 'string' ? body : JSON.stringify(body))
const settings = defaultSettings(spec.settings)

const operationOf = (given: Case): OperationOf<'response'> => ({
  ...{ kind: 'response' as const, contentType: given.type ?? 'application/json; charset=utf-8', body: textOf(given) },
  ...(given.userId === undefined ? {} : { userId: given.userId }),
})
const judge = (given: Case) => detect(operationOf(given), given.inputs ?? [], { ...settings, ...given.settings })

/** As it leaves in parts of that size. */
function judgeInParts(given: Case, size: number) {
  const { body, ...rest } = operationOf(given)
  let kept: ReturnType<typeof partAfter> = { rest: '', place: { open: [], cut: true } }
  for (let at = 0; at < body.length; at += size) {
    const cut = at + size < body.length
    const operation: OperationOf<'response'> = {
      ...rest,
      body: kept.rest + body.slice(at, at + size),
      place: { ...kept.place, cut },
    }
    if (operation.body.trim() === '') {
      kept = { ...kept, rest: operation.body }
      continue
    }
    const finding = detect(operation, given.inputs ?? [], { ...settings, ...given.settings })
    if (finding) return finding
    const next = partAfter(operation)
    if (!next) return null
    kept = next
  }
  return null
}

describe('what should not leave', () => {
  it.each(attacks)('$name', (given) => {
    const finding = judge(given)
    expect(finding).not.toBeNull()
    if (given.hidden !== undefined) {
      expect(JSON.stringify(finding)).not.toContain(given.hidden)
      expect(outline(operationOf(given))).not.toContain(given.hidden)
    }
  })

  it.each(attacks)('in parts: $name', (given) => {
    const sizes = textOf(given).length > 1_000 ? [97, 700] : [1, 7, 64]
    for (const size of sizes) expect(judgeInParts(given, size), `parts of ${size}`).not.toBeNull()
  })
})

describe('what may leave', () => {
  it.each(benign)('$name', (given) => expect(judge(given)).toBeNull())
  it.each(benign)('in parts: $name', (given) => {
    for (const size of textOf(given).length > 3_000 ? [700] : [1, 13, 64])
      expect(judgeInParts(given, size), `parts of ${size}`).toBeNull()
  })
})

test('one finding tells the field, and what else there is', () => {
  const finding = judge({
    name: '',
    body: {
      users: [
        { id: 1, password: 'moon' },
        { id: 2, card: '4242 4242 4242 4242' },
      ],
    },
  })
  expect(finding?.reason).toBe(
    'The response holds a card number in the field users[1].card; further: a field for the inside.',
  )
  expect(finding?.input).toEqual({ source: 'response', path: 'users[1].card', value: '************4242' })
})

test('the outline keeps names and length, and no value', () => {
  const body = '{"users":[{"id":17,"name":"Maya","ok":true,"4242424242424242":"x\\"y"}]}'
  expect(outline({ kind: 'response', contentType: 'application/json', body })).toBe(
    '{"users":[{"id":**,"name":"****","ok":****,"****************":"****"}]}',
  )
})

test('what is beyond the limit is said', () => {
  const body = JSON.stringify({ password: 'moon', text: 'a '.repeat(1_100_000) })
  expect(judge({ name: '', body })?.reason).toMatch(/ \d+ characters were not looked at\.$/)
})
