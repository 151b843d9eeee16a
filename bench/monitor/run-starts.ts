import { guards, registerGuard, type AnyGuard, type Surroundings } from './guards.ts'
import { startServer } from './measure.ts'
import type { Failures, Plan } from './plan.ts'

export interface Start {
  readonly startMs: readonly number[]
  readonly rssMb: readonly number[]
}
export type Starts = ReadonlyMap<string, Start>

/** From spawning to listening, and the memory it then holds at rest. */
export async function runStarts(around: Surroundings, plan: Plan, failures: Failures): Promise<Starts> {
  const found = new Map<string, Start>()
  const starting: AnyGuard[] = [...guards.filter(({ id }) => id !== 'plain_again'), registerGuard]
  for (let turn = -1; turn < plan.starts; turn++) {
    for (const guard of starting) {
      if (failures.of(guard.id) !== undefined) continue
      try {
        const server = await startServer(guard, around)
        const takesRss = turn >= 0 && turn < 3
        if (takesRss) await new Promise((resolve) => setTimeout(resolve, plan.idleMs))
        const rss = (await server.child.ask({ ask: 'rss' })) as number
        await server.child.stop()
        // The first one only fills the file cache.
        if (turn < 0) continue
        const before = found.get(guard.id) ?? { startMs: [], rssMb: [] }
        found.set(guard.id, {
          startMs: [...before.startMs, server.startMs],
          rssMb: takesRss ? [...before.rssMb, rss / 2 ** 20] : before.rssMb,
        })
      } catch (error) {
        failures.note(guard, error)
      }
    }
  }
  return found
}
