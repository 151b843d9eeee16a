import type * as z from 'zod'

/** Work of one lane waits only for its own kind: containment never stands behind collection or scripts. */
export const lanes = ['containment', 'process', 'files', 'people', 'collection', 'scripts'] as const
export type Lane = (typeof lanes)[number]

/** What a response may not cut off or end: from the host itself when an agent asks, from its last report when the server does. */
export interface ProtectionFacts {
  readonly addresses: readonly string[]
  readonly gateways: readonly string[]
  readonly resolvers: readonly string[]
  readonly controlPlane: readonly string[]
  readonly neverBlock: readonly string[]
  readonly agentPid: number
}

/** One thing that is wrong with what is asked, and what would be right. */
export interface SpecRefusal {
  /** `protected_target`: nobody may; the rest is a mistake in the parameters. */
  readonly code: 'protected_target' | 'parameters_invalid'
  /** A path such as `address`. */
  readonly path: string
  readonly message: string
}

/** Everything about a response action that needs no host. One of these and one executor per platform is an action. */
export interface ResponseActionSpec<Id extends string = string, Schema extends z.ZodObject = z.ZodObject> {
  readonly id: Id
  readonly title: string
  /** For buttons and the command line, before a target: "Isolate", "Kill process on". */
  readonly verb: string
  readonly summary: string
  readonly parameters: Schema
  /** Waits for a second person by default. `by_script`: as the script says. */
  readonly destructive: boolean | 'by_script'
  /** Takes a containment away: a policy of its own. */
  readonly release: boolean
  readonly targets: 'device' | 'person' | 'device_or_person'
  readonly lane: Lane
  /** Minutes from submission until it may not begin any more. */
  readonly ttlMinutes: number
  /** Seconds that it may run once begun. */
  readonly timeoutS: number
  /** Watched for drift from completion to its end. */
  readonly containment: boolean
  /** The type that takes it back, in words; null where nothing does, and the words say what to do instead. */
  readonly undo: { readonly type: string | null; readonly words: string }
  /** What is looked at 60 s after. */
  readonly verification: string
  /** What breaks and what cannot be taken back. */
  readonly effects: readonly string[]
  /** What will happen, as a person would say it; `target` is a name or a count. */
  sentence(parameters: z.output<Schema>, target: string): string
  /** Same parameters, same target: a second one under way is a duplicate. */
  subject(parameters: z.output<Schema>): string
  /** Refuses what must never be done. Asked by the server at submission and by the agent before it begins. */
  refuse?(parameters: z.output<Schema>, facts: ProtectionFacts): SpecRefusal | null
  /** Parameters of the undo, from the original's. */
  undoParameters?(original: {
    readonly responseId: string
    readonly parameters: z.output<Schema>
  }): Record<string, unknown>
}

export const defineAction = <const Id extends string, Schema extends z.ZodObject>(
  spec: ResponseActionSpec<Id, Schema>,
): ResponseActionSpec<Id, Schema> => spec
