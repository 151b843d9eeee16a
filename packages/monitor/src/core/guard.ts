export interface Guard {
  /** Runs our own code in the app's path. Whatever goes wrong in it is ours: the app goes on as if we were not there. */
  <T, Arguments extends unknown[]>(place: string, work: (...args: Arguments) => T, otherwise: T, ...args: Arguments): T
}

export interface BugReport {
  readonly place: string
  readonly error: unknown
  /** How often this place failed, this time included. */
  readonly times: number
}

/** The one place that fails open. @param onBug told of the first failure of a place, then of each tenfold */
export function createGuard(
  onBug: (bug: BugReport) => void,
): Guard & { readonly failures: ReadonlyMap<string, number> } {
  const failures = new Map<string, number>()
  const guard: Guard = (place, work, otherwise, ...args) => {
    try {
      return work(...args)
    } catch (error) {
      const times = (failures.get(place) ?? 0) + 1
      failures.set(place, times)
      if (Number.isInteger(Math.log10(times))) onBug({ place, error, times })
      return otherwise
    }
  }
  return Object.assign(guard, { failures })
}
