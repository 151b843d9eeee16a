import { readEnvironment } from '../config/env.ts'
import { BlockedError } from './blocked-error.ts'

/**
 * A blocked operation rejects, and an app whose queries never failed may not catch that: Node would end the process for it, and an
 * attack would stop the app. Rejections of ours end here; others go where they would have gone.
 */
export function swallowBlockedRejections(): void {
  // Who chose a mode gets it.
  if (
    [...process.execArgv, readEnvironment()['NODE_OPTIONS'] ?? ''].some((option) =>
      option.includes('--unhandled-rejections'),
    )
  )
    return
  const listener = (reason: unknown): void => {
    if (isBlocked(reason)) return
    // Any listener switches Node's own answer off, which is to raise it; other listeners mean that the app answers itself.
    if (process.listenerCount('unhandledRejection') === 1) throw reason
  }
  process.on('unhandledRejection', listener)
}

const isBlocked = (reason: unknown): boolean =>
  reason instanceof BlockedError || (reason instanceof Error && reason.cause instanceof BlockedError)
