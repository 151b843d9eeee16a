/** Lets so many pieces of work run at once and keeps the others waiting, so that a crowd that comes back leaves the database to the rest of us. */
export class Slots {
  readonly #size: number
  readonly #waiting: (() => void)[] = []
  #busy = 0

  constructor(size: number) {
    this.#size = size
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy >= this.#size) await new Promise<void>((go) => this.#waiting.push(go))
    else this.#busy += 1
    try {
      return await work()
    } finally {
      // The place goes to who waits longest, without being free in between.
      const next = this.#waiting.shift()
      if (next) next()
      else this.#busy -= 1
    }
  }
}
