export interface ChannelTimings {
  readonly backoffFirstMs: number
  readonly backoffMostMs: number
  /** For TCP, TLS and the upgrade together, per address. */
  readonly dialMs: number
  /** From the connection to `welcome`. */
  readonly welcomeMs: number
  readonly pollWaitMs: number
  /** After how long over long polls a WebSocket is tried again. */
  readonly retryWebSocketMs: number
  readonly resolveEveryMs: number
  /** Between tries while the control plane holds this identity, or has retired it. */
  readonly unwantedMs: number
}

export const channelTimings: ChannelTimings = {
  backoffFirstMs: 1_000,
  backoffMostMs: 60_000,
  dialMs: 10_000,
  welcomeMs: 20_000,
  pollWaitMs: 25_000,
  retryWebSocketMs: 15 * 60_000,
  resolveEveryMs: 5 * 60_000,
  unwantedMs: 5 * 60_000,
}
