export { containment, type ContainmentRow } from './containment.ts'
export { readFacts } from './facts.ts'
export { updatePinned } from './isolation.ts'
export { releaseIsolation, restoreContainments } from './restore.ts'
