import { median } from '../lib/statistics.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

/** How much y grows with x: the median over all pairs, which one odd point does not bend. NaN of fewer than two. */
export function slope(points: readonly Point[]): number {
  const slopes = points.flatMap((one, index) =>
    points.slice(index + 1).flatMap((other) => (other.x === one.x ? [] : [(other.y - one.y) / (other.x - one.x)])),
  )
  return median(slopes)
}
