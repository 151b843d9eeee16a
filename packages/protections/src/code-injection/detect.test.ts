import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inspect } from '../inspect.ts'
import { attacks, benign, caseText } from './cases.ts'
import { detect } from './detect.ts'

const judged = (text: string, values: readonly string[]) =>
  detect(
    { kind: 'code', text },
    values.map((value, index) => ({ source: 'query', path: `q[${index}]`, value })),
  )

describe('a value that becomes code is found', () => {
  it.each(attacks)('$says', (it) => {
    expect(judged(caseText(it), [it.value])).not.toBeNull()
  })
})

describe('a value that stays data is not', () => {
  it.each(benign)('$says', (it) => {
    expect(judged(caseText(it), [it.value])).toBeNull()
  })
})

it('nothing that can be sent or run makes it throw', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc
      .array(fc.constantFrom(...Array.from('\'"`/\\${}()[];,.=>*+- \n\u2028\ud800ab0#@')), { maxLength: 30 })
      .map((signs) => signs.join('')),
  )
  fc.assert(
    fc.property(text, text, text, (before, value, after) => {
      judged(before + value + after, [value, before, after])
    }),
    { numRuns: 10_000, seed: 67 },
  )
})

describe('a finding', () => {
  it('marks the part of the script and of the value', () => {
    const value = '"; process.exit(); "'
    const text = `hello("${value}")`
    const finding = judged(text, ['safe', value])
    expect(finding).toMatchObject({ input: { path: 'q[1]', value }, inputSpan: { start: 0, end: value.length } })
    expect(text.slice(finding?.operationSpan?.start, finding?.operationSpan?.end)).toBe(value)
  })

  it('says nothing of the value', () => {
    expect(judged('f(topsecret())', ['topsecret()'])?.reason).not.toContain('topsecret')
  })

  it('is what inspect answers with', () => {
    expect(
      inspect({ id: 1, input: { body: { formula: 'f(1)' } }, operation: { kind: 'code', text: 'x = f(1)' } }),
    ).toMatchObject({ id: 1, flagged: true, protection: 'CodeInjection' })
    expect(inspect({ input: '5', operation: { kind: 'code', text: 'x = 5' } })).toMatchObject({ flagged: false })
  })
})
