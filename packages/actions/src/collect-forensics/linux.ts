import type * as z from 'zod'
import type { Executor } from '../executor.ts'
import { notBuilt } from '../not-built.ts'
import type { collectForensics } from './spec.ts'

export const linux: Executor<z.output<(typeof collectForensics)['parameters']>> = notBuilt('Not built yet')
