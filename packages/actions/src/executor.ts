import type { FailureReason } from '@riposte/contract'
import type { Host } from './host.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }
export type Evidence = { readonly [key: string]: Json | undefined }

/** An action that did not happen, in a word that a program can tell apart and a sentence that says what would be right. */
export class ActionFailure extends Error {
  override readonly name = 'ActionFailure'
  readonly reason: FailureReason
  readonly evidence: Evidence
  constructor(reason: FailureReason, message: string, evidence: Evidence = {}) {
    super(message)
    this.reason = reason
    this.evidence = evidence
  }
}

/** One response on this host. */
export interface Job<Parameters> {
  /** The response's id. */
  readonly actionId: string
  readonly parameters: Parameters
  /** From the signed command: what the action needs and nobody consents to. */
  readonly context: Readonly<Record<string, unknown>>
  readonly host: Host
  /** Fires at the time limit, and when a cancellation is asked for that the action can still heed. */
  readonly signal: AbortSignal
  /** Durable before it returns: what `reconcile` is given after a crash. Write it before each step that changes the host. */
  note(note: Evidence): Promise<void>
  /** Lines for whoever watches. */
  output(stream: 'stdout' | 'stderr' | 'progress', text: string): void
}

export type Reconciled =
  /** It happened, and this shows it. */
  | { readonly state: 'applied'; readonly evidence: Evidence }
  /** It did not happen; nothing half-done is left (what was, has been taken back). */
  | { readonly state: 'not_applied'; readonly detail: string }
  /** The host does not tell. A one-shot is never repeated. */
  | { readonly state: 'unknown'; readonly detail: string }

export interface Verdict {
  readonly result: 'passed' | 'failed' | 'inconclusive'
  readonly detail: string
  readonly evidence: Evidence
}

export interface Watched {
  readonly state: 'in_force' | 'drifted' | 'ended'
  /** Put back by us just now. */
  readonly repaired: boolean
  readonly detail: string
}

/** What a response action does on one platform. */
export interface Executor<Parameters> {
  /** Whether this host can do it at all; null when it can, else why not. Asked at start and every hour. */
  unavailable(host: Host): Promise<string | null>
  /** Does it. @returns evidence that the effect is there @throws ActionFailure, with nothing half-done left */
  execute(job: Job<Parameters>): Promise<Evidence>
  /** Looks whether the effect is (still) there. Changes nothing. */
  verify(job: Job<Parameters>, evidence: Evidence): Promise<Verdict>
  /** After the agent died between the intent and the end: asks the host what is true. */
  reconcile(job: Job<Parameters>, notes: readonly Evidence[]): Promise<Reconciled>
  /** For containments, every few seconds: is it still so; puts it back when something else took it away. */
  watch?(job: Job<Parameters>, evidence: Evidence): Promise<Watched>
}
