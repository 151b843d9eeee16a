import type { evidenceAgentRoutes, evidenceApi } from '@riposte/contract'
import type { HandlersOf } from '../../platform/http/handler.ts'
import type { Jobs } from '../../platform/jobs/jobs.ts'
import type { ResponseExtension } from '../responses/index.ts'
import { evidenceAgentHandlers } from './agent-handlers.ts'
import { CopyChecks } from './checks.ts'
import { forensicsExtension } from './forensics-extension.ts'
import type { EvidenceParts } from './parts.ts'
import { evidenceRoutes } from './routes.ts'
import { registerSweep } from './sweep.ts'

export interface EvidenceFeature {
  readonly routes: HandlersOf<typeof evidenceApi>
  readonly agentHandlers: HandlersOf<typeof evidenceAgentRoutes>
  readonly extension: ResponseExtension
  /** Waits for copies that are being hashed. */
  close(): Promise<void>
}

export function createEvidence(parts: EvidenceParts, jobs: Jobs): EvidenceFeature {
  const checks = new CopyChecks(parts)
  registerSweep(parts, jobs)
  return {
    routes: evidenceRoutes(parts, checks),
    agentHandlers: evidenceAgentHandlers(parts, checks),
    extension: forensicsExtension(parts, checks),
    close: () => checks.close(),
  }
}
