import type { Executor } from './executor.ts'
import { ActionFailure } from './executor.ts'

/** Stands where this platform has no executor: says so as a capability, and refuses. */
export const notBuilt = (why: string): Executor<never> => ({
  unavailable: () => Promise.resolve(why),
  execute: () => Promise.reject(new ActionFailure('unsupported', why)),
  verify: () => Promise.resolve({ result: 'inconclusive', detail: why, evidence: {} }),
  reconcile: () => Promise.resolve({ state: 'unknown', detail: why }),
})
