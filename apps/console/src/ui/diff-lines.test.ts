import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diffLines } from './diff-lines.ts'

const show = (before: string, after: string): string =>
  diffLines(before, after)
    .map(({ kind, text }) => `${{ same: ' ', added: '+', removed: '-' }[kind]}${text}`)
    .join('|')

describe('a diff', () => {
  it.each([
    ['', '', ''],
    ['a', 'a', ' a'],
    ['', 'a', '+a'],
    ['a\nb\nc', 'a\nx\nc', ' a|-b|+x| c'],
    ['a\nb', 'b', '-a| b'],
    ['a\nb\nc\nd', 'b\nc\ne\nd', '-a| b| c|+e| d'],
  ])('of %j and %j', (before, after, lines) => {
    expect(show(before, after)).toBe(lines)
  })

  it('gives both sides back', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', '{', '}'), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before.join('\n'), after.join('\n'))
        const side = (kind: string) => lines.filter((line) => line.kind !== kind).map((line) => line.text)
        expect(side('added')).toEqual(before)
        expect(side('removed')).toEqual(after)
      }),
    )
  })
})
