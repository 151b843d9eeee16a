import { spawn } from 'node:child_process'
import path from 'node:path'
import type { SelfDescription } from '@riposte/uplink'
import { contexts } from '../core/context.ts'

/** What the one-shot sender has to know. */
export interface SendOrder {
  readonly controlPlane: { readonly url: string; readonly projectToken: string }
  readonly dataDir: string
  /** What the process said of itself. */
  readonly self: SelfDescription
  /** Sent for when this process is gone. */
  readonly after: number
}

/** The variable that carries the order: arguments can be read by everybody on the machine. */
export const orderVariable = 'RIPOSTE_SEND_ORDER'

/** Leaves a process behind that sends what this one has written down; without one it goes at the next start. */
export function leaveSender(order: SendOrder, env: NodeJS.ProcessEnv): void {
  contexts.exit(() => {
    const sender = spawn(process.execPath, [path.join(__dirname, 'send.cjs')], {
      detached: true,
      stdio: 'ignore',
      env: { ...env, NODE_OPTIONS: '', [orderVariable]: JSON.stringify(order) },
    })
    sender.on('error', () => undefined)
    sender.unref()
  })
}

/** Ends the process at once: no exit handler, no `finally`, and nobody who could stop it. */
export function endProcess(): never {
  process.kill(process.pid, 'SIGKILL')
  // Where a signal is only asked for, as on Windows.
  process.reallyExit(137)
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the way in which Node's own types are widened
  namespace NodeJS {
    interface Process {
      reallyExit(code: number): never
    }
  }
}
