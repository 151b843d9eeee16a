const attempts = 12

/**
 * How much longer work takes on something four times as large: about 4 when it is linear, 16 when it is a square. The machine does other
 * things meanwhile, which only ever adds: the quickest run of each size counts, and measuring goes on until the answer is good or the
 * attempts are over.
 * @param good ends the measuring
 */
export function growth(small: () => unknown, large: () => unknown, good: number): number {
  let quickest = { small: Infinity, large: Infinity }
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    quickest = {
      small: Math.min(quickest.small, millisecondsOf(small)),
      large: Math.min(quickest.large, millisecondsOf(large)),
    }
    // What takes less than half a millisecond says nothing about growth.
    if (attempt > 0 && quickest.large / Math.max(quickest.small, 0.5) < good) break
  }
  return quickest.large / Math.max(quickest.small, 0.5)
}

export function millisecondsOf(work: () => unknown): number {
  const started = performance.now()
  work()
  return performance.now() - started
}
