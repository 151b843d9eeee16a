import { describe, expect, it } from 'vitest'
import { slope } from './slope.ts'

const points = (values: readonly number[]) => values.map((y, x) => ({ x: x * 100, y }))

describe('the slope of a heap', () => {
  it.each([
    ['a flat one', [5, 5, 5, 5, 5], 0],
    ['one that grows', [0, 100, 200, 300, 400], 1],
    ['one that grows under a single peak', [0, 100, 99_999, 300, 400], 1],
    ['one that swings', [10, 0, 10, 0, 10, 0, 10, 0, 10], 0],
    ['one that shrinks', [400, 300, 200, 100], -1],
  ])('%s', (_, values, expected) => {
    expect(slope(points(values))).toBeCloseTo(expected, 5)
  })

  it('is unknown of a single point', () => {
    expect(slope(points([5]))).toBeNaN()
  })
})
