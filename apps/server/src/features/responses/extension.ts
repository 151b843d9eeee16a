import type { FailureReason } from '@riposte/contract'
import type { Transaction } from '../../platform/db/database.ts'

/** A response as the features see it that know more about one type than the lifecycle does. */
export interface ResponseFacts {
  readonly id: string
  readonly requestId: string
  readonly organisationId: string
  readonly type: string
  readonly deviceId: string | null
  readonly personId: string | null
  readonly targetName: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly evidence: Readonly<Record<string, unknown>> | null
  readonly submittedBy: { readonly id: string; readonly name: string }
  readonly justification: string
}

/** Thrown by `execute`: the response fails with this reason. Anything else is tried again until its not-after. */
export class ResponseFailure extends Error {
  override readonly name = 'ResponseFailure'
  readonly reason: FailureReason
  readonly evidence: Readonly<Record<string, unknown>>
  constructor(reason: FailureReason, detail: string, evidence: Readonly<Record<string, unknown>> = {}) {
    super(detail)
    this.reason = reason
    this.evidence = evidence
  }
}

/** What a feature adds to the life of one response type. */
export interface ResponseExtension {
  readonly type: string
  /** At submission, preview and edit. @throws Refusal for what cannot be asked */
  inspect?(
    organisationId: string,
    parameters: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly destructive?: boolean; readonly scriptSha256?: string | null; readonly sentence?: string }>
  /** What the signed command carries besides what was consented to. Asked at dispatch. */
  context?(response: ResponseFacts): Promise<Readonly<Record<string, unknown>>>
  /** True: no agent is asked; `execute` does it on this server. */
  runsHere?(response: ResponseFacts): boolean
  /** May be called again after a crash: must know what it has done. @returns evidence @throws ResponseFailure */
  execute?(response: ResponseFacts): Promise<Readonly<Record<string, unknown>>>
  /** At +60 s, where the server can tell; null: ask the agent. */
  verify?(
    response: ResponseFacts,
  ): Promise<{ result: 'passed' | 'failed' | 'inconclusive'; detail: string; evidence: Record<string, unknown> } | null>
  /** In the transaction that ends it well. */
  completed?(tx: Transaction, response: ResponseFacts): Promise<void>
}
