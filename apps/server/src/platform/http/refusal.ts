import { errorCodes, type ErrorCode, type FieldError, type Problem } from '@riposte/contract'

/** Something that the caller can act on; anything else that is thrown is a bug. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: ErrorCode
  readonly errors: FieldError[] | undefined
  readonly retryAfterS: number | undefined

  constructor(code: ErrorCode, detail?: string, more: { errors?: FieldError[]; retryAfterS?: number } = {}) {
    super(detail ?? errorCodes[code].title)
    this.code = code
    this.errors = more.errors
    this.retryAfterS = more.retryAfterS
  }

  toProblem(): Problem {
    const { status, title } = errorCodes[this.code]
    return {
      type: `urn:riposte:problem:${this.code}`,
      title,
      status,
      code: this.code,
      ...(this.message === title ? {} : { detail: this.message }),
      ...(this.errors ? { errors: this.errors } : {}),
    }
  }
}
