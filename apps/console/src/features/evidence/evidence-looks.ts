import type { EvidenceItemStatus, EvidenceState } from '@riposte/contract'
import type { Look } from '../../ui/mark.tsx'

export const evidenceLooks: Readonly<Record<EvidenceState, Look>> = {
  uploading: { word: 'Uploading', shape: 'play', tone: 'info' },
  checking: { word: 'Checking', shape: 'half', tone: 'info' },
  stored: { word: 'Stored', shape: 'check', tone: 'good' },
  refused: { word: 'Refused', shape: 'cross', tone: 'bad' },
  abandoned: { word: 'Abandoned', shape: 'dash', tone: 'warn' },
  deleted: { word: 'Deleted', shape: 'dash', tone: 'quiet' },
}
export const itemLooks: Readonly<Record<EvidenceItemStatus, Look>> = {
  ok: { word: 'Whole', shape: 'check', tone: 'good' },
  partial: { word: 'Partial', shape: 'half', tone: 'warn' },
  failed: { word: 'Failed', shape: 'cross', tone: 'bad' },
  unavailable: { word: 'Unavailable', shape: 'dash', tone: 'quiet' },
}

/** Bytes as people read them. */
export function bytesWord(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit] ?? ''}`
}
