import type { Channel } from './channel.ts'
import { mailChannel } from './mail.ts'
import type { ChannelParts } from './parts.ts'

/** Every way to reach people and programs, one line each. */
const channels = { mail: mailChannel } as const satisfies Record<string, (parts: ChannelParts) => Channel>
export type ChannelId = keyof typeof channels

export const openChannels = (parts: ChannelParts): ReadonlyMap<string, Channel> =>
  new Map(Object.entries(channels).map(([id, open]) => [id, open(parts)]))
