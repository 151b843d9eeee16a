import type { ConfigSnapshot, IncidentReport, InstanceReport } from '@riposte/contract'

/** What the program says of itself; the uplink adds what only it knows (`sentAt`, `appliedRevision`, `stopping`). */
export type SelfDescription = Omit<InstanceReport, 'sentAt' | 'appliedRevision' | 'stopping'>

export interface UplinkOptions {
  /** null in local mode: nothing is sent, the spool is still kept. */
  readonly controlPlane: { readonly url: string; readonly projectToken: string } | null
  /** Folder for the spool and the last good configuration; null: memory only. */
  readonly dataDir: string | null
  readonly instanceId: string
  /** Largest spool in bytes, 64 MB unless told otherwise. */
  readonly maxSpoolBytes?: number
  readonly describe: () => SelfDescription
  /** Called with every verified, newer snapshot, the cached one included, in rising order. Throwing leaves the last one applied. */
  readonly apply: (snapshot: ConfigSnapshot) => void
  readonly log: (
    level: 'debug' | 'info' | 'warning' | 'error',
    message: string,
    fields?: Record<string, unknown>,
  ) => void
  readonly clock?: () => number
  readonly random?: () => number
}

export interface UplinkStatus {
  readonly mode: 'local' | 'connecting' | 'connected' | 'offline' | 'refused'
  readonly appliedRevision: number | null
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

export interface Uplink {
  /** Synchronous: opens the spool, adopts those of dead processes, applies the cached configuration. Then connects in the background without keeping the process alive. */
  start(): void
  /** Durable when it returns: written to the spool with one write (survives kill -9). Same id again: a later, higher `count`. `sync`: fsync too. */
  report(incident: IncidentReport, options?: { readonly sync?: boolean }): void
  /** Sends what is waiting, says goodbye, closes; at most `deadlineMs`. */
  stop(deadlineMs?: number): Promise<void>
  status(): UplinkStatus
}
