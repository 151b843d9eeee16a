import type { Input, OperationOf } from '@riposte/contract'
import type { Finding } from '../define.ts'
import { Sources } from '../xml/comes-from.ts'
import { findDangers } from '../xml/find-dangers.ts'
import { plainDocument } from '../xml/plain-document.ts'

/** Whether a document that the app is about to parse reaches out of itself or grows without end, and a client wrote that. */
export function detect(operation: OperationOf<'xml'>, inputs: readonly Input[]): Finding | null {
  const document = plainDocument(operation.document)
  const dangers = findDangers(document, operation.fetches)
  if (dangers.length === 0) return null
  const sources = new Sources(inputs)
  for (const danger of dangers.slice(0, mostDangers)) {
    const input = sources.bringing(document, danger)
    if (!input) continue
    const { confidence, reason } = danger
    const end = Math.min(danger.end, document.length)
    const isWritten = document === operation.document
    const written = input.value.indexOf(document.slice(danger.start, end))
    return {
      confidence,
      reason,
      input,
      inputSpan: written === -1 ? null : { start: written, end: written + end - danger.start },
      operationSpan: isWritten ? { start: danger.start, end } : null,
    }
  }
  return null
}

/** A document with many has them all from the same hand. */
const mostDangers = 64
