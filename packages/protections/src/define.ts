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

/** One of a protection's own settings, as `config` of its entry in a configuration holds it. */
export type SettingSpec =
  | { readonly kind: 'boolean'; readonly default: boolean; readonly summary: string }
  | {
      readonly kind: 'integer'
      readonly default: number
      readonly least: number
      readonly most: number
      readonly summary: string
    }
  | { readonly kind: 'texts'; readonly default: readonly string[]; readonly summary: string }

export type SettingSpecs = Readonly<Record<string, SettingSpec>>

/** The values of the settings that a specification names. */
export type SettingsOf<Specs extends SettingSpecs> = {
  readonly [Name in keyof Specs]: Specs[Name] extends { readonly kind: 'boolean' }
    ? boolean
    : Specs[Name] extends { readonly kind: 'integer' }
      ? number
      : readonly string[]
}

/** The settings that nobody changed. */
export const defaultSettings = <Specs extends SettingSpecs>(specs: Specs): SettingsOf<Specs> =>
  Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, spec.default])) as never

/** Everything about a protection that is data: forms, docs, rule choices and explanations are drawn from it. */
export interface ProtectionSpec<Id extends string = string, Settings extends SettingSpecs = SettingSpecs> {
  readonly id: Id
  readonly title: string
  /** One sentence. */
  readonly summary: string
  readonly severity: Severity
  /** What happens when nobody configured anything. */
  readonly defaultAction: ActionId
  /** Off until a configuration names it. */
  readonly offUntilAsked?: true
  /** Judges also the work that no value from outside led to. */
  readonly withoutInputs?: true
  /** The operations that it judges. */
  readonly kinds: readonly OperationKind[]
  readonly settings: Settings
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

/** One protection with its id, kinds and settings known to the compiler. */
export interface ProtectionOf<Id extends string, Kind extends OperationKind, Settings extends SettingSpecs> {
  readonly spec: ProtectionSpec<Id, Settings> & { readonly kinds: readonly Kind[] }
  /** A pure, linear-time judgement of one operation against the values that came from outside. It may throw by bug: the caller fails open. */
  detect(operation: OperationOf<Kind>, inputs: readonly Input[], settings: SettingsOf<Settings>): Finding | null
  /** A cheap answer to whether anything could be found in what is new of an operation's text, by values that stand there. Never a wrong no. */
  mayFind?(text: string, inputs: readonly Input[]): boolean
}

/** One of many: whoever calls `detect` has asked `watches` first. */
export interface Protection {
  readonly spec: ProtectionSpec
  detect(
    operation: Operation,
    inputs: readonly Input[],
    settings: Readonly<Record<string, boolean | number | readonly string[]>>,
  ): Finding | null
  mayFind?(text: string, inputs: readonly Input[]): boolean
}

export function defineProtection<
  const Id extends string,
  const Kind extends OperationKind,
  const Settings extends SettingSpecs,
>(protection: ProtectionOf<Id, Kind, Settings>): ProtectionOf<Id, Kind, Settings> {
  return protection
}

/** True when the protection judges operations of that kind; narrows nothing, since the catalog already pairs them. */
export const watches = (protection: { readonly spec: ProtectionSpec }, operation: Operation): boolean =>
  protection.spec.kinds.includes(operation.kind)
