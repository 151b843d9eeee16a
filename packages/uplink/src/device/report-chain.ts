import { createHash } from 'node:crypto'
import { reportChainText, type AgentReport } from '@riposte/contract'

export interface ChainHead {
  readonly sequence: number
  readonly hash: string
}

export const noHead: ChainHead = { sequence: 0, hash: '0'.repeat(64) }

/** The hash covers the one before and the report; a report that is left out or altered breaks every later one. */
export const reportHash = (report: object, sequence: number, previousHash: string): string =>
  createHash('sha256').update(reportChainText(report, { sequence, previousHash })).digest('hex')

/** @returns the report as it is sent, and the head that the next one continues */
export function chainReport(
  report: Omit<AgentReport, 'chain'>,
  head: ChainHead,
): { readonly report: AgentReport; readonly head: ChainHead } {
  const sequence = head.sequence + 1
  // As it is after JSON: what a value loses on the way must not be in the hash.
  const plain = JSON.parse(JSON.stringify(report)) as Omit<AgentReport, 'chain'>
  const hash = reportHash(plain, sequence, head.hash)
  return { report: { ...plain, chain: { sequence, previousHash: head.hash, hash } }, head: { sequence, hash } }
}

const mostReports = 200
const mostBytes = 1_048_576

/** Messages' worth of reports, in their order, each within the bounds of one message. */
export function batchReports(reports: Iterable<AgentReport>): AgentReport[][] {
  const batches: AgentReport[][] = []
  let bytes = 0
  for (const report of reports) {
    const size = Buffer.byteLength(JSON.stringify(report))
    const last = batches.at(-1)
    if (last === undefined || last.length >= mostReports || bytes + size > mostBytes) {
      batches.push([report])
      bytes = size
    } else {
      last.push(report)
      bytes += size
    }
  }
  return batches
}
