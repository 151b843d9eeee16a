/** What is looked at of one request. Beyond it a request is judged on what fits, and that it was cut is reported. */
export interface Limits {
  readonly bodyBytes: number
  readonly values: number
  readonly valueLength: number
  readonly depth: number
}

export const defaultLimits: Limits = { bodyBytes: 1_048_576, values: 2_000, valueLength: 262_144, depth: 32 }
