import type {
  ActionId,
  ExplanationText,
  Input,
  Operation,
  OperationKind,
  OperationOf,
  Severity,
  Span,
} from '@riposte/contract'

/** Everything about a protection that is data: forms, docs, rule choices and explanations are drawn from it. */
export interface ProtectionSpec<Id extends string = string> {
  readonly id: Id
  readonly title: string
  /** One sentence. */
  readonly summary: string
  readonly severity: Severity
  /** What happens when nobody configured anything. */
  readonly defaultAction: ActionId
  /** The operations that it judges. */
  readonly kinds: readonly OperationKind[]
  readonly explanation: ExplanationText
}

export interface Finding {
  /** 0 to 1. */
  readonly confidence: number
  /** One sentence for a person, in which nothing of the matched value stands. */
  readonly reason: string
  readonly input: Input
  /** The part of `input.value`, and of the operation's text, that did it. */
  readonly inputSpan: Span | null
  readonly operationSpan: Span | null
}

/** One protection with its id and kinds known to the compiler. */
export interface ProtectionOf<Id extends string, Kind extends OperationKind> {
  readonly spec: ProtectionSpec<Id> & { readonly kinds: readonly Kind[] }
  /** A pure, linear-time judgement of one operation against the values that came from outside. It may throw by bug: the caller fails open. */
  detect(operation: OperationOf<Kind>, inputs: readonly Input[]): Finding | null
}

/** One of many: whoever calls `detect` has asked `watches` first. */
export interface Protection {
  readonly spec: ProtectionSpec
  detect(operation: Operation, inputs: readonly Input[]): Finding | null
}

export function defineProtection<const Id extends string, const Kind extends OperationKind>(
  protection: ProtectionOf<Id, Kind>,
): ProtectionOf<Id, Kind> {
  return protection
}

/** True when the protection judges operations of that kind; narrows nothing, since the catalog already pairs them. */
export const watches = (protection: { readonly spec: ProtectionSpec }, operation: Operation): boolean =>
  protection.spec.kinds.includes(operation.kind)
