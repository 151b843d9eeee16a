import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inspect } from '../inspect.ts'
import { attacks, benign, expressionOf } from './cases.ts'
import { detect } from './detect.ts'

const judged = (expression: string, values: readonly string[], source = 'query') =>
  detect(
    { kind: 'xpath', expression },
    values.map((value, index) => ({ source, path: `q[${index}]`, value })),
  )

describe('a value that becomes a part of the expression is found', () => {
  it.each(attacks)('$says', (it) => {
    expect(judged(expressionOf(it), ['safe', it.value])).not.toBeNull()
  })
})

describe('a value that stays what it was is not', () => {
  it.each(benign)('$says', (it) => {
    expect(judged(expressionOf(it), ['safe', it.value])).toBeNull()
  })
})

describe('several values', () => {
  it('that together make what none makes alone', () => {
    expect(judged("//user[name='x' or ' and password=' or '1'='1']", ["x' or ", " or '1'='1"])).not.toBeNull()
  })

  it('the path of the request names what the app names', () => {
    expect(judged("/catalog/book[title='a']", ['/catalog/book', 'catalog/book'], 'path')).toBeNull()
    expect(judged("/catalog/book[title='a']", ['//book|//secret', 'catalog/book'], 'path')).toBeNull()
    expect(judged('/catalog/book|//secret', ['/book|//secret'], 'path')).not.toBeNull()
  })
})

it('nothing that can be sent or asked makes it throw', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc
      .array(fc.constantFrom(...Array.from('\'"/[]()@|*:.,$=<>!-+ \n\ud800ab01'), ' or ', 'name'), { maxLength: 30 })
      .map((signs) => signs.join('')),
  )
  fc.assert(
    fc.property(text, text, text, (before, value, after) => {
      judged(before + value + after, [value, before, after])
    }),
    { numRuns: 10_000, seed: 83 },
  )
})

describe('a finding', () => {
  const value = "x' or 'topsecret'='topsecret"

  it('marks the part of the expression and of the value', () => {
    const expression = `//user[name='${value}']`
    const finding = judged(expression, ['safe', value])
    expect(finding).toMatchObject({ input: { path: 'q[1]', value }, inputSpan: { start: 0, end: value.length } })
    expect(expression.slice(finding?.operationSpan?.start, finding?.operationSpan?.end)).toBe(value)
  })

  it('says nothing of the value', () => {
    expect(judged(`//a['${value}']`, [value])?.reason).not.toContain('topsecret')
  })

  it('is what inspect answers with', () => {
    expect(inspect({ input: value, operation: { kind: 'xpath', expression: `//a['${value}']` } })).toMatchObject({
      flagged: true,
      protection: 'XPathInjection',
    })
    expect(inspect({ input: '5', operation: { kind: 'xpath', expression: '//a[5]' } })).toMatchObject({
      flagged: false,
    })
  })
})
