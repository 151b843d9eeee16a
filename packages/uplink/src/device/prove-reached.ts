import { randomBytes } from 'node:crypto'
import { noticePayloadType, type AgentMessage } from '@riposte/contract'
import * as z from 'zod'
import type { Dialled } from './dial.ts'
import { openLongPoll } from './link.ts'
import { openEnvelope } from './open-envelope.ts'
import { readServerMessage } from './read-server-message.ts'

const notice = z.object({ nonce: z.string(), deviceId: z.string() })
const mostWaitMs = 5_000

/** Whether the control plane answers over a connection opened now: with our nonce, for this device, signed by a key that we trust. */
export function proveReached(
  dial: () => Promise<Dialled>,
  who: { readonly deviceId: string; readonly keys: readonly string[]; readonly timeoutMs: number },
): Promise<boolean> {
  const nonce = randomBytes(24).toString('base64url')
  return new Promise<boolean>((resolve) => {
    const link = openLongPoll(
      dial,
      {
        alive: () => undefined,
        ended: () => done(false),
        message: (text) => {
          const message = readServerMessage(text)
          if (message?.kind !== 'notice') return
          const opened = openEnvelope(message.envelope, who.keys, noticePayloadType)
          const said = opened.is === 'good' ? notice.safeParse(opened.payload).data : undefined
          done(said?.nonce === nonce && said.deviceId === who.deviceId)
        },
      },
      { waitMs: Math.floor(Math.min(who.timeoutMs, mostWaitMs)), timeoutMs: who.timeoutMs },
    )
    const done = (proved: boolean): void => {
      clearTimeout(timer)
      link.close()
      resolve(proved)
    }
    const timer = setTimeout(() => done(false), who.timeoutMs)
    link.send(JSON.stringify({ kind: 'probe', nonce } satisfies AgentMessage))
  })
}
