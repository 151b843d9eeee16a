import type { Evidence, Json } from '@riposte/actions'

const mostBytes = 128 * 1024
const mostText = 2_000
const mostItems = 200

/** Evidence that fits a report: whole, or with its long texts and lists cut, or only told to be too large. */
export function boundEvidence(evidence: Evidence): Evidence {
  if (size(evidence) <= mostBytes) return evidence
  const cut = shorten(evidence) as Evidence
  return size(cut) <= mostBytes ? { ...cut, shortened: true } : { shortened: true, bytes: size(evidence) }
}

const size = (value: Evidence): number => Buffer.byteLength(JSON.stringify(value))

function shorten(value: Json | undefined): Json | undefined {
  if (typeof value === 'string') return value.slice(0, mostText)
  if (Array.isArray(value)) return (value as readonly Json[]).slice(0, mostItems).map((item) => shorten(item) ?? null)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .slice(0, mostItems)
        .map(([key, item]) => [key, shorten(item as Json)]),
    )
  return value
}
