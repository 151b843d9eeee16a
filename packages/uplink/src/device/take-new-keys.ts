import { noticePayloadType, type Envelope } from '@riposte/contract'
import * as z from 'zod'
import type { ChannelMemory } from './channel-options.ts'
import { openEnvelope } from './open-envelope.ts'

const newKeys = z.object({ keys: z.array(z.string().max(256)).min(1).max(8), issuedAt: z.iso.datetime() })
type Keys = Pick<ChannelMemory, 'keys' | 'keysIssuedAt'>

/** The signing keys to trust from now on, if one that is trusted already says so; an older saying, which would bring retired keys back, changes nothing. */
export function takeNewKeys(envelope: Envelope, now: Keys): Keys | 'refused' {
  const opened = openEnvelope(envelope, now.keys, noticePayloadType)
  const read = opened.is === 'good' ? newKeys.safeParse(opened.payload).data : undefined
  if (read === undefined) return 'refused'
  if (now.keysIssuedAt !== null && Date.parse(read.issuedAt) < Date.parse(now.keysIssuedAt)) return now
  return { keys: read.keys, keysIssuedAt: read.issuedAt }
}
