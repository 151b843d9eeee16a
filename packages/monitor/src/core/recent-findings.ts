import type { IncidentReport } from '@riposte/contract/wire'

const windowMs = 1_000
const mostKept = 1_000

/** Findings of the last second: an equal one raises the count of the record that is there. */
export class RecentFindings {
  readonly #recent = new Map<string, { readonly incident: IncidentReport; readonly until: number; count: number }>()

  /** @returns the record to report again with its count raised, or null when there is none */
  repeat(key: string, now: number): IncidentReport | null {
    const known = this.#recent.get(key)
    if (!known || known.until <= now) return null
    known.count += 1
    return { ...known.incident, count: known.count }
  }

  remember(key: string, incident: IncidentReport, now: number): void {
    this.#forget(now)
    this.#recent.delete(key)
    this.#recent.set(key, { incident, until: now + windowMs, count: incident.count })
  }

  /** How many are held. */
  get size(): number {
    return this.#recent.size
  }

  /** Incidents are large: what is over goes with the next finding. They stand in the order in which they end. */
  #forget(now: number): void {
    for (const [key, { until }] of this.#recent) {
      if (until > now && this.#recent.size < mostKept) return
      this.#recent.delete(key)
    }
  }
}

/** Equal: the same hole, reached by the same value of the same client, with the same answer. */
export const findingKey = (incident: IncidentReport): string =>
  JSON.stringify([
    incident.protection,
    incident.outcome,
    incident.request?.method,
    incident.request?.path,
    incident.request?.ip,
    incident.request?.userId,
    incident.input?.source,
    incident.input?.path,
    incident.input?.value,
    incident.operation.text,
  ])
