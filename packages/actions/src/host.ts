/** What an executor knows of the world: the kernel through programs and files, the control plane through the agent. */
export interface Host {
  readonly platform: 'linux' | 'windows'
  /** Unix milliseconds, corrected by the control plane's clock. */
  now(): number
  /** Waits; ends early when the signal does. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Root-only folder of the agent; executors keep theirs below it. */
  readonly stateDir: string
  /** The agent's own process. */
  readonly pid: number
  /** Runs a program without a shell. Never throws for an exit code; throws `ProgramMissing` when there is no such program. */
  run(file: string, args: readonly string[], options?: RunOptions): Promise<RunResult>
  readonly controlPlane: ControlPlane
  policy(): HostPolicy
  /** Opens a TCP connection from this host; the agent's own process does it unless this is given. */
  dial?(address: string, port: number, timeoutMs: number): Promise<Dialled>
}

export interface Dialled {
  /** `unreachable`: the host itself says that there is no way. */
  readonly outcome: 'open' | 'refused' | 'unreachable' | 'silent'
  /** Only of one that opened. */
  readonly connection: DialledConnection | null
}
export interface DialledConnection {
  /** Sends a byte and looks whether the connection ends. */
  diesWithin(ms: number): Promise<boolean>
  close(): void
}

export interface RunOptions {
  readonly input?: string | Uint8Array
  /** 15 s unless told. */
  readonly timeoutMs?: number
  /** Bytes kept of each stream, 4 MiB unless told; the rest is counted. */
  readonly maxOutput?: number
  readonly signal?: AbortSignal
  readonly env?: Readonly<Record<string, string>>
}

export interface RunResult {
  /** null when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly timedOut: boolean
}

export class ProgramMissing extends Error {
  override readonly name = 'ProgramMissing'
  readonly file: string
  constructor(file: string) {
    super(`There is no program ${file} on this host`)
    this.file = file
  }
}

export interface ControlPlane {
  /** Addresses (never names) and ports that the agent may dial, all that are known. */
  addresses(): readonly { readonly address: string; readonly port: number }[]
  /** A signed answer over a connection opened now. False when none came in time. */
  roundTrip(timeoutMs: number): Promise<boolean>
  /** The payload of something that the control plane signed (DSSE). @throws Error when no trusted key signed it */
  readSigned(envelope: unknown, payloadType: string): unknown
  /** Hands a finished file to the durable, resumable upload. @returns when the server has it and its manifest holds */
  upload(file: UploadFile, signal: AbortSignal): Promise<UploadReceipt>
}

export interface UploadFile {
  readonly actionId: string
  readonly path: string
  readonly name: string
  readonly bytes: number
  readonly sha256: string
  readonly manifest: Readonly<Record<string, unknown>>
}
export interface UploadReceipt {
  readonly evidenceId: string
  readonly bytes: number
  readonly sha256: string
}

export interface HostPolicy {
  readonly neverBlock: readonly string[]
  /** Names or paths of executables that nobody kills. */
  readonly protectedProcesses: readonly string[]
  /** Addresses and networks open under isolation besides the control plane. */
  readonly isolationAllow: readonly string[]
  /** Bytes that one collection may take on this host. */
  readonly evidenceBudget: number
}
