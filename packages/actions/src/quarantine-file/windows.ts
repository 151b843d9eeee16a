import type * as z from 'zod'
import type { Executor } from '../executor.ts'
import { notBuilt } from '../not-built.ts'
import type { quarantineFile } from './spec.ts'

export const windows: Executor<z.output<(typeof quarantineFile)['parameters']>> = notBuilt(
  'Quarantine of files is built for Linux only so far.',
)
