import type * as z from 'zod'
import type { Executor } from '../executor.ts'
import { notBuilt } from '../not-built.ts'
import type { unblockIp } from './spec.ts'

export const windows: Executor<z.output<(typeof unblockIp)['parameters']>> = notBuilt('Not built yet')
