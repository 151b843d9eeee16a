export { openCollector } from './collector.ts'
export { createEvidence, type EvidenceFeature } from './create-evidence.ts'
