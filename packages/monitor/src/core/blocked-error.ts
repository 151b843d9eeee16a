/** What a blocked operation fails with. The request has been answered already; there is nothing left to send. */
export class BlockedError extends Error {
  override readonly name = 'BlockedError'
  readonly code = 'ERR_RIPOSTE_BLOCKED'
  readonly status = 403
  readonly statusCode = 403
  /** The reference that the client was shown: the incident's id. */
  readonly reference: string
  readonly protection: string

  constructor(protection: string, reference: string) {
    super(`Riposte blocked this operation (${protection}, reference ${reference})`)
    this.protection = protection
    this.reference = reference
  }
}
