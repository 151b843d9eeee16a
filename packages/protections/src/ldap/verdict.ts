/** A part of a filter or a name that came from an input. */
export interface Place {
  readonly start: number
  readonly end: number
  /** The input as it was looked for. */
  readonly form: string
  /** False: only its beginning stands there, cut off. */
  readonly whole: boolean
}

/** Why a part changed the structure. */
export interface Verdict {
  readonly confidence: number
  /** One sentence for a person, in which nothing of the value stands. */
  readonly reason: string
}
