import type { Lane } from '@riposte/actions'

export type LaneEnd<T> =
  | { readonly is: 'done'; readonly value: T }
  | { readonly is: 'threw'; readonly error: unknown; readonly aborted: 'timeout' | 'cancelled' | null }
  /** It does not end; its lane goes on without it. */
  | { readonly is: 'hung'; readonly aborted: 'timeout' | 'cancelled' }

interface Waiting {
  readonly id: string
  readonly start: () => Promise<void>
}

interface LaneState {
  readonly queue: Waiting[]
  running: { readonly id: string; readonly cancel: () => void } | null
}

/** After the signal an executor has so long to take back what it began. */
const graceMs = 10_000

/** One thing at a time in each lane, lanes beside each other: containment never stands behind collection or scripts. */
export class Lanes {
  readonly #lanes = new Map<Lane, LaneState>()
  readonly #graceMs: number

  constructor(options: { readonly graceMs?: number } = {}) {
    this.#graceMs = options.graceMs ?? graceMs
  }

  /** Runs it when its turn comes. Never rejects. */
  run<T>(
    lane: Lane,
    job: { readonly id: string; readonly timeoutMs: number; readonly work: (signal: AbortSignal) => Promise<T> },
  ): Promise<LaneEnd<T>> {
    const state = this.#state(lane)
    return new Promise((resolve) => {
      const start = async (): Promise<void> => {
        resolve(await this.#supervise(state, job))
      }
      state.queue.push({ id: job.id, start })
      this.#next(state)
    })
  }

  /** Something short, now or not at all. @returns false when the lane is at work */
  async whenIdle(
    lane: Lane,
    job: { readonly timeoutMs: number; readonly work: (signal: AbortSignal) => Promise<void> },
  ): Promise<boolean> {
    const state = this.#state(lane)
    if (state.running !== null || state.queue.length > 0) return false
    await this.run(lane, { id: '', ...job })
    return true
  }

  /** @returns `removed`: it had not begun and will not. `asked`: it is at work and was told; its end decides. */
  cancel(id: string): 'removed' | 'asked' | 'unknown' {
    for (const state of this.#lanes.values()) {
      const index = state.queue.findIndex((waiting) => waiting.id === id)
      if (index >= 0) {
        state.queue.splice(index, 1)
        return 'removed'
      }
      if (state.running?.id === id) {
        state.running.cancel()
        return 'asked'
      }
    }
    return 'unknown'
  }

  async #supervise<T>(
    state: LaneState,
    job: { readonly id: string; readonly timeoutMs: number; readonly work: (signal: AbortSignal) => Promise<T> },
  ): Promise<LaneEnd<T>> {
    const controller = new AbortController()
    let aborted: 'timeout' | 'cancelled' | null = null
    let hang: ((end: LaneEnd<T>) => void) | null = null
    const hung = new Promise<LaneEnd<T>>((resolve) => (hang = resolve))
    const timers: NodeJS.Timeout[] = []
    const abort = (why: 'timeout' | 'cancelled'): void => {
      if (aborted !== null) return
      aborted = why
      controller.abort(new Error(why === 'timeout' ? `longer than ${job.timeoutMs} ms` : 'cancelled'))
      timers.push(setTimeout(() => hang?.({ is: 'hung', aborted: why }), this.#graceMs))
    }
    timers.push(setTimeout(() => abort('timeout'), job.timeoutMs))
    state.running = { id: job.id, cancel: () => abort('cancelled') }
    const worked = Promise.resolve()
      .then(() => job.work(controller.signal))
      .then(
        (value): LaneEnd<T> => ({ is: 'done', value }),
        (error: unknown): LaneEnd<T> => ({ is: 'threw', error, aborted }),
      )
    const end = await Promise.race([worked, hung])
    for (const timer of timers) clearTimeout(timer)
    state.running = null
    this.#next(state)
    return end
  }

  #next(state: LaneState): void {
    if (state.running !== null) return
    const next = state.queue.shift()
    // `start` sets `running` before its first wait.
    if (next !== undefined) void next.start()
  }

  #state(lane: Lane): LaneState {
    let state = this.#lanes.get(lane)
    if (state === undefined) {
      state = { queue: [], running: null }
      this.#lanes.set(lane, state)
    }
    return state
  }
}
