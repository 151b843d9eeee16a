import { pg } from './pg.ts'
import type { Sink } from './sink.ts'

/** Every driver that this version guards. */
export const sinks: readonly Sink[] = [pg]
