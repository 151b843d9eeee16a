import type * as z from 'zod'
import type { Executor } from '../executor.ts'
import { notBuilt } from '../not-built.ts'
import type { restoreFile } from './spec.ts'

export const windows: Executor<z.output<(typeof restoreFile)['parameters']>> = notBuilt(
  'Restore of files is built for Linux only so far.',
)
