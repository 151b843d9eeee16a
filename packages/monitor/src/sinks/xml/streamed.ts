import type { BlockedError } from '../../core/blocked-error.ts'
import type { Engine } from '../../core/engine.ts'

/** How much of the beginning of a document is kept, and how often it is judged as it grows. */
const longestKept = 65_536
const mostJudgements = 64

/** The beginning of a document that comes in parts. */
export class Streamed {
  #text = ''
  #judged = 0
  #judgements = 0

  /** @param isEnd no more will come: what was not judged yet is */
  take(engine: Engine, part: string, isEnd: boolean): BlockedError | null {
    const room = longestKept - this.#text.length
    // The first part is judged whole, however long: most documents come in one.
    this.#text += this.#text === '' ? part : part.slice(0, Math.max(0, room))
    const isNew = this.#text.length > this.#judged
    if (!isNew || (!isEnd && (!part.includes('>') || this.#judgements >= mostJudgements))) return null
    this.#judgements += 1
    this.#judged = this.#text.length
    return engine.judge({ kind: 'xml', document: this.#text, fetches: [] })
  }
}
