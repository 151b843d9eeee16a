import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/db/database.ts'
import type { EvidenceStore } from '../../platform/evidence-store/evidence-store.ts'
import type { Collector } from './collector.ts'

/** What every part of this feature needs. */
export interface EvidenceParts {
  readonly db: Database
  readonly clock: Clock
  readonly store: EvidenceStore
  readonly collector: Collector
  readonly onError: (error: unknown) => void
}
