import type { BlockedError } from '../core/blocked-error.ts'

/** What the engine says to a caller that can wait; a promise while a custom action decides. */
export type Verdict = BlockedError | null | Promise<BlockedError | null>

/** Goes on or fails, at once wherever that is known at once. */
export function settle<Result>(
  verdict: Verdict,
  go: () => Result,
  fail: (refusal: BlockedError) => Result,
): Result | Promise<Awaited<Result>> {
  if (verdict === null) return go()
  if (!(verdict instanceof Promise)) return fail(verdict)
  return verdict.then((refusal) => (refusal ? fail(refusal) : go())) as Promise<Awaited<Result>>
}
