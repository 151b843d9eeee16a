import { ServerMessage } from '@riposte/contract'

const kinds: ReadonlySet<unknown> = new Set(ServerMessage.options.map((option) => option.shape.kind.value))

/** @returns null for what a newer control plane says and this agent does not know @throws when it is none of our messages */
export function readServerMessage(text: string): ServerMessage | null {
  const value = JSON.parse(text) as unknown
  if (typeof value === 'object' && value !== null && 'kind' in value && !kinds.has(value.kind)) return null
  return ServerMessage.parse(value)
}
