import { noticePayloadType, type Envelope } from '@riposte/contract'
import * as z from 'zod'
import type { ChannelMemory } from './channel-options.ts'
import { openEnvelope } from './open-envelope.ts'

const newKeys = z.object({
  keys: z.array(z.string().max(256)).min(1).max(8),
  issuedAt: z.iso.datetime().optional(),
})
type Keys = Pick<ChannelMemory, 'keys' | 'keysIssuedAt'>

/** The signing keys to trust from now on, if one that is trusted already says so; an older saying, which would bring retired keys back, changes nothing. */
export function takeNewKeys(envelope: Envelope, now: Keys): Keys | 'refused' {
  const opened = openEnvelope(envelope, now.keys, noticePayloadType)
  const read = opened.is === 'good' ? newKeys.safeParse(opened.payload).data : undefined
  if (read === undefined) return 'refused'
  const { keys, issuedAt = now.keysIssuedAt } = read
  if (now.keysIssuedAt !== null && issuedAt !== null && Date.parse(issuedAt) < Date.parse(now.keysIssuedAt)) return now
  return { keys, keysIssuedAt: issuedAt }
}
