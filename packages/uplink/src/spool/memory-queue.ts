import type { Waiting } from './segments.ts'

export interface MemoryQueue {
  /** False: it is full, and the record was not taken. */
  append(json: string): boolean
  waiting(maxRecords: number, maxBytes: number): Waiting | null
  bytes(): number
  count(): number
}

/** Where records wait while the disk does not take them. */
export function memoryQueue(maxBytes: number): MemoryQueue {
  let records: string[] = []
  let bytes = 0
  return {
    append(json) {
      if (bytes + json.length > maxBytes) return false
      records.push(json)
      bytes += json.length
      return true
    },
    waiting(maxRecords, maxBatchBytes) {
      let size = 0
      const taken: string[] = []
      for (const record of records) {
        if (taken.length >= maxRecords || (taken.length > 0 && size + record.length > maxBatchBytes)) break
        taken.push(record)
        size += record.length
      }
      if (taken.length === 0) return null
      let acked = false
      return {
        records: taken,
        damaged: 0,
        ack() {
          if (acked) return
          acked = true
          records = records.slice(taken.length)
          bytes -= size
        },
      }
    },
    bytes: () => bytes,
    count: () => records.length,
  }
}
