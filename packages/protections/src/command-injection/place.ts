/** A part of the command that came from an input. */
export interface Place {
  readonly start: number
  readonly end: number
  /** The input as it was looked for. */
  readonly form: string
}

/** `sure`: told by the part itself. Else the same words may be the app's own, where the value stands elsewhere as data. */
export interface Alarm {
  readonly kind: 'finding'
  readonly sure: boolean
  readonly confidence: number
  readonly reason: string
}

export type Verdict =
  | { readonly kind: 'nothing' }
  /** It reached the program as data. */
  | { readonly kind: 'content' }
  | Alarm

export const nothing: Verdict = { kind: 'nothing' }
export const content: Verdict = { kind: 'content' }

export const sure = (reason: string, confidence = 0.97): Alarm => ({ kind: 'finding', sure: true, confidence, reason })
export const likely = (reason: string, confidence = 0.85): Alarm => ({
  kind: 'finding',
  sure: false,
  confidence,
  reason,
})
