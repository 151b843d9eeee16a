// What an app sees of the SDK. Written by hand, so that nothing of the inside leaks out, and held against it by the compiler
// (src/types.test.ts).

/** What a client sent: one value, and where it stood (`{source: 'query', path: 'filter[0].name', value: '…'}`). */
export interface Input {
  readonly source: string
  readonly path: string
  readonly value: string
}

/** What an app is about to do. */
export type Operation =
  | {
      readonly kind: 'sql'
      readonly dialect: 'postgresql' | 'mysql' | 'mariadb' | 'sqlite' | 'mssql'
      readonly text: string
    }
  | { readonly kind: 'shell'; readonly command: string }
  | { readonly kind: 'exec'; readonly file: string; readonly args: string[] }
  | { readonly kind: 'file'; readonly path: string; readonly base?: string | undefined }
  | {
      readonly kind: 'request'
      readonly url: string
      readonly address?: string | undefined
      readonly redirectedFrom?: string | undefined
      readonly hops?: number | undefined
    }
  | { readonly kind: 'html'; readonly body: string }
  | { readonly kind: 'nosql'; readonly filter: unknown }
  | { readonly kind: 'ldap'; readonly filter: string }
  | { readonly kind: 'xml'; readonly document: string }
  | { readonly kind: 'xpath'; readonly expression: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'template'; readonly engine: string; readonly text: string }
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'merge'; readonly value: unknown }
  | { readonly kind: 'prompt'; readonly text: string }
  | { readonly kind: 'response'; readonly contentType: string; readonly body: string }
export type OperationKind = Operation['kind']

export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info'
export type ActionId = 'log' | 'block_session' | 'block_ip' | 'custom' | 'block' | 'erase' | 'close' | 'none'

/** One action, several, or the name of a registered handler. */
export type ActionChoice = string | readonly string[]

export interface ProtectionOptions {
  readonly enabled?: boolean
  readonly action?: ActionChoice
  /** The protection's own settings. */
  readonly config?: unknown
}

/** What a `monitor.config.json` may hold, as code. The file comes before it, setting by setting, and the console before both. */
export interface StartOptions {
  readonly name?: string
  readonly enabled?: boolean
  readonly projectToken?: string
  readonly controlPlane?: string
  readonly environment?: 'development' | 'staging' | 'production'
  readonly projectType?: 'cloud' | 'on_premise'
  readonly preset?: 'cloud' | 'desktop' | 'shadow'
  readonly dataDir?: string
  readonly protections?: Record<string, ProtectionOptions>
  readonly rules?: readonly unknown[]
  readonly trustedProxies?: readonly string[]
  readonly limits?: {
    readonly bodyBytes?: number
    readonly values?: number
    readonly valueLength?: number
    readonly depth?: number
  }
  readonly logging?: {
    readonly level?: string
    readonly console?: boolean
    readonly file?: { readonly path: string; readonly maxBytes?: number; readonly keep?: number }
    /** Regular expressions of further secrets, to be starred out. */
    readonly mask?: readonly string[]
  }
  readonly session?: {
    readonly cookies?: readonly string[]
    readonly header?: string
    readonly blockSeconds?: number
  }
  readonly firewall?: {
    readonly allow?: readonly string[]
    readonly blockSeconds?: number
    readonly ipv6Bits?: number
  }
  readonly erase?: { readonly roots?: readonly string[]; readonly paths?: readonly string[] }
  /** End the app when its configuration is wrong. */
  readonly throwOnFailure?: boolean
  readonly debug?: boolean
}

/** A threat as a handler is told it. */
export interface Threat {
  readonly incidentId: string
  readonly protection: string
  readonly severity: Severity
  /** 0 to 1. */
  readonly confidence: number
  readonly description: string
  /** The value that did it, masked; null when no single one did. */
  readonly evidence: (Input & { readonly span: { readonly start: number; readonly end: number } | null }) | null
  readonly operation: Operation
  readonly request: {
    readonly method: string
    readonly route: string | null
    readonly path: string
    readonly ip: string | null
    readonly userAgent: string | null
    readonly sessionHash: string | null
    readonly userId: string | null
  } | null
  readonly stack: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
}

/** What a handler may do. */
export interface ThreatTools {
  /** Refuses the request that this threat came with, from now on. */
  block(): void
  /** @param seconds one hour unless told otherwise */
  blockIp(seconds?: number): void
  blockSession(seconds?: number): void
  log(message: string, fields?: Record<string, unknown>): void
  /** Ends when the handler's time is over. */
  readonly signal: AbortSignal
}

/** A handler that decides answers `block` or `allow`; of others the result is left alone. */
export type ThreatHandler = (threat: Threat, tools: ThreatTools) => unknown

export interface ActionOptions {
  /** How long it may take, in milliseconds: 5,000; 1,000 when it decides. */
  readonly timeoutMs?: number
  /** The operation waits for its answer, where its caller can wait. */
  readonly decides?: boolean
  /** What counts when it fails or its time is over: `block` unless told otherwise. */
  readonly otherwise?: 'block' | 'allow'
}

export interface Finding {
  /** 0 to 1. */
  readonly confidence: number
  /** One sentence for a person, in which nothing of the matched value stands. */
  readonly reason: string
  readonly input: Input
  readonly inputSpan: { readonly start: number; readonly end: number } | null
  readonly operationSpan: { readonly start: number; readonly end: number } | null
}

/** A protection of the app's own. */
export interface Protection {
  readonly spec: {
    readonly id: string
    readonly title: string
    readonly summary: string
    readonly severity: Severity
    readonly defaultAction: ActionId
    readonly kinds: readonly OperationKind[]
    readonly settings: Readonly<Record<string, never>>
    readonly explanation: {
      readonly what: string
      readonly whatToDo: string
      readonly references: {
        readonly scheme: 'CWE' | 'OWASP' | 'ATT&CK'
        readonly id: string
        readonly title: string
        readonly url: string
      }[]
    }
  }
  detect(operation: Operation, inputs: readonly Input[]): Finding | null
}

export interface HookState {
  readonly name: string
  readonly state: 'active' | 'waiting' | 'failed' | 'late'
  readonly detail: string | null
}

export interface ConfigIssue {
  readonly level: 'error' | 'warning'
  readonly path: string
  readonly message: string
}

export interface UplinkStatus {
  readonly mode: 'local' | 'connecting' | 'connected' | 'offline' | 'refused'
  readonly appliedRevision: number | null
  /** Milliseconds since 1970. */
  readonly lastContactAt: number | null
  readonly lastError: string | null
  readonly spool: {
    readonly place: 'disk' | 'memory'
    readonly bytes: number
    readonly waiting: number
    readonly sent: number
    readonly rejected: number
    readonly lost: number
    readonly problem: string | null
  }
}

export interface MonitorStatus {
  readonly state: 'stopped' | 'running' | 'disabled'
  readonly version: string
  readonly instanceId: string | null
  readonly configFile: string | null
  readonly environment: string | null
  readonly issues: readonly ConfigIssue[]
  readonly hooks: readonly HookState[]
  readonly uplink: UplinkStatus | null
  readonly counters: Readonly<Record<string, number>>
  /** How many are refused at this moment. */
  readonly blocked: { readonly addresses: number; readonly sessions: number }
}

/** The effective answer of one protection, and where it came from. */
export interface Explanation {
  readonly protection: string
  readonly enabled: boolean
  readonly actions: readonly string[]
  readonly source: string
  readonly config: Readonly<Record<string, unknown>>
}

export interface ConfigurationExplained {
  readonly file: string | null
  readonly searched: readonly string[]
  readonly settings: {
    readonly enabled: boolean
    readonly environment: string
    readonly projectType: string
    readonly dataDir: string
    readonly controlPlane: string | null
  }
  readonly protections: readonly Explanation[]
  readonly issues: readonly ConfigIssue[]
}

/** Guards this process. One per process, however often it is imported. */
export interface Monitor {
  /** Sets one protection in code, before `start`. */
  withProtection(id: string, action: ActionChoice, options?: { enabled?: boolean; config?: unknown }): this
  /** Adds a protection of the app's own, before `start`. */
  registerProtection(protection: Protection): this
  /** A handler that configurations call by this name; `default` is what the action `custom` runs. */
  registerAction(name: string, handler: ThreatHandler, options?: ActionOptions): this
  /** A secret in memory, which the action `erase` fills with zeros. */
  registerSecret(secret: Uint8Array): this
  /** Work of the app's own for the action `erase`; all erasers together have two seconds. */
  registerEraser(eraser: () => unknown): this
  /** @throws only with `throwOnFailure`, when the configuration is wrong */
  start(options?: StartOptions): this
  /** @returns an error to throw where the operation must not go on, else null */
  check<Kind extends OperationKind>(
    kind: Kind,
    operation: Omit<Extract<Operation, { kind: Kind }>, 'kind'>,
  ): Error | null
  check(operation: Operation): Error | null
  /** Says who is asking, for the incidents of the request in hand, and so that the session can be blocked. */
  identify(who: { userId?: string; sessionId?: string }): void
  /** Runs work that did not come by HTTP, such as a queue's message, with the values that came with it. */
  runWithInputs<T>(inputs: Readonly<Record<string, unknown>> | readonly Input[], work: () => T): T
  explain(): Explanation[]
  status(): MonitorStatus
  /** Sends what is waiting and closes; the guards stay. */
  stop(deadlineMs?: number): Promise<void>
}

export declare const monitor: Monitor

/** What a blocked operation fails with. The client has been answered already. */
export declare class BlockedError extends Error {
  readonly code: 'ERR_RIPOSTE_BLOCKED'
  readonly status: 403
  readonly statusCode: 403
  /** The incident's id, which the client was shown. */
  readonly reference: string
  readonly protection: string
}

/** What an app in this folder would run with, as far as its file and the environment say it. */
export declare function explainConfiguration(options: {
  readonly cwd: string
  readonly env: Record<string, string | undefined>
}): ConfigurationExplained
