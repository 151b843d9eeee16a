import type * as z from 'zod'
import type { Executor } from '../executor.ts'
import { notBuilt } from '../not-built.ts'
import type { restoreFile } from './spec.ts'

export const linux: Executor<z.output<(typeof restoreFile)['parameters']>> = notBuilt('Not built yet')
