import { decodeBytes, looksLikeText } from './decode-text.ts'
import type { ValueCollector } from './value-collector.ts'

/** What one message of a WebSocket carried: a text, bytes, or a list of them. */
export interface Message {
  readonly data: unknown
}

/** `42/chat,7["said",{…}]`: the packet of a protocol such as Socket.IO's stands before its JSON. */
const packet = /^\d{1,4}(?:\/[^,]{0,200},)?\d{0,10}(?=[[{"])/

export function collectMessage(collector: ValueCollector, { data }: Message): void {
  const text = textOf(data)
  if (text === null) {
    collector.unread = 'a message of bytes'
    return
  }
  const document = text.replace(packet, '')
  if (/^\s*[[{"]/.test(document)) {
    try {
      collector.addTree('message', JSON.parse(document))
      collector.nextPart()
      return
    } catch {
      // No JSON after all: a text.
    }
  }
  collector.add('message', 'message', text)
  collector.nextPart()
}

function textOf(data: unknown): string | null {
  if (typeof data === 'string') return data
  const bytes = bytesOf(data)
  return bytes && looksLikeText(bytes) ? decodeBytes(bytes, null) : null
}

function bytesOf(data: unknown): Buffer | null {
  if (Buffer.isBuffer(data)) return data
  if (data instanceof ArrayBuffer) return Buffer.from(data)
  return Array.isArray(data) && data.every((part) => Buffer.isBuffer(part)) ? Buffer.concat(data) : null
}
