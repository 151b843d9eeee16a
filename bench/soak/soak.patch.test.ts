import { expect, it } from 'vitest'
import { runSoak } from './run-soak.ts'

/**
 * What is kept of each request takes more, a context or one of its values. Caches of values that fill and empty move the heap by a
 * megabyte, which is less than half of this; the long form tells smaller leaks.
 */
const mostBytesPerRequest = 128

it('a guarded app keeps nothing of the requests that it has served, and answers each as it must', async () => {
  const plan = { seconds: 80, warmUpSeconds: 30, sliceSeconds: 4, perSecond: 400, seed: 1 }
  const report = await runSoak(plan, () => undefined)
  expect(report.wrong).toEqual([])
  expect(report.requests).toBeGreaterThan(2_000)
  expect(Object.keys(report.counts)).toHaveLength(19)
  expect(report.heapBytesPerRequest, JSON.stringify(report.samples)).toBeLessThan(mostBytesPerRequest)
}, 150_000)
