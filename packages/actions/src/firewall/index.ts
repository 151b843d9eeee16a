export { containment, type ContainmentRow } from './containment.ts'
export { readFacts, releaseIsolation, restoreContainments, updatePinned } from './restore.ts'
