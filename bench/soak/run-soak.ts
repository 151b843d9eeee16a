import path from 'node:path'
import { startChild } from '../lib/child.ts'
import { guards } from '../monitor/guards.ts'
import { startServer, waitUntilConnected } from '../monitor/measure.ts'
import { pathOnly, startSurroundings } from '../monitor/surroundings.ts'
import { slope, type Point } from './slope.ts'

export interface SoakPlan {
  readonly seconds: number
  /** Caches fill and code is compiled: what grows in this time says nothing. */
  readonly warmUpSeconds: number
  readonly sliceSeconds: number
  readonly perSecond: number
  readonly seed: number
}

/** After a slice of load, with all garbage gone. */
export interface Sample {
  readonly seconds: number
  readonly requests: number
  readonly heapBytes: number
  readonly rssBytes: number
  readonly externalBytes: number
}

interface WrongAnswer {
  readonly kind: string
  readonly path: string
  readonly expected: number
  readonly answer: number | string
}

export interface SoakReport {
  readonly requests: number
  readonly counts: Readonly<Record<string, number>>
  /** The first of those that were not answered as they must be. */
  readonly wrong: readonly WrongAnswer[]
  readonly samples: readonly Sample[]
  /** After the warm-up. */
  readonly heapBytesPerRequest: number
  readonly heapMbPerHour: number
  readonly rssMbPerHour: number
  /** What the SDK says of itself at the end: bugs of its own that it caught stand here. */
  readonly status: unknown
}

interface Slice {
  readonly sent: number
  readonly counts: Readonly<Record<string, number>>
  readonly wrong: readonly WrongAnswer[]
}

/**
 * Mixed load on a guarded app that is connected to a control plane: every sink, attacks on each, bodies of every kind, uploads
 * that break off. The load rests while the heap is measured.
 */
export async function runSoak(plan: SoakPlan, say: (line: string) => void): Promise<SoakReport> {
  const guard = guards.find(({ id }) => id === 'riposte')
  if (!guard) throw new Error('there is no guard named riposte')
  const around = await startSurroundings()
  const stops: (() => Promise<void>)[] = [() => around.stop()]
  try {
    const server = await startServer(guard, around, { execArgv: ['--expose-gc'] })
    stops.push(() => server.child.stop())
    await waitUntilConnected(server)
    const { child: load } = await startChild<{ readonly job: object }>(path.join(import.meta.dirname, 'load.mjs'), {
      env: pathOnly(),
    })
    stops.push(() => load.stop())

    const samples: Sample[] = []
    const counts: Record<string, number> = {}
    const wrong: WrongAnswer[] = []
    let requests = 0
    const began = performance.now()
    for (let turn = 0; performance.now() - began < plan.seconds * 1_000; turn++) {
      const job = {
        ...{ port: server.port, upstream: around.upstreamUrl, perSecond: plan.perSecond },
        ...{ milliseconds: plan.sliceSeconds * 1_000, seed: plan.seed + turn },
      }
      const slice = (await load.ask({ job })) as Slice
      requests += slice.sent
      for (const [kind, count] of Object.entries(slice.counts)) counts[kind] = (counts[kind] ?? 0) + count
      wrong.push(...slice.wrong.slice(0, 20 - wrong.length))
      const memory = (await server.child.ask({ ask: 'heap' })) as NodeJS.MemoryUsage
      const sample = {
        ...{ seconds: Math.round((performance.now() - began) / 1_000), requests, heapBytes: memory.heapUsed },
        ...{ rssBytes: memory.rss, externalBytes: memory.external },
      }
      samples.push(sample)
      say(`${sample.seconds} s, ${requests} requests: heap ${megabytes(memory.heapUsed)}, RSS ${megabytes(memory.rss)}`)
    }
    return {
      requests,
      counts,
      wrong,
      samples,
      ...slopes(samples, plan),
      status: await server.child.ask({ ask: 'status' }),
    }
  } finally {
    for (const stop of stops.reverse()) await stop()
  }
}

function slopes(
  samples: readonly Sample[],
  plan: SoakPlan,
): Pick<SoakReport, 'heapBytesPerRequest' | 'heapMbPerHour' | 'rssMbPerHour'> {
  const warm = samples.filter(({ seconds }) => seconds > plan.warmUpSeconds)
  const points = (x: keyof Sample, y: keyof Sample): Point[] => warm.map((one) => ({ x: one[x], y: one[y] }))
  const perHour = 3_600 / 2 ** 20
  return {
    heapBytesPerRequest: slope(points('requests', 'heapBytes')),
    heapMbPerHour: slope(points('seconds', 'heapBytes')) * perHour,
    rssMbPerHour: slope(points('seconds', 'rssBytes')) * perHour,
  }
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`
