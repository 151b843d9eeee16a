import type * as z from 'zod'
import type { Executor } from '../executor.ts'
import { notBuilt } from '../not-built.ts'
import type { forcePasswordReset } from './spec.ts'

export const windows: Executor<z.output<(typeof forcePasswordReset)['parameters']>> = notBuilt('Not built yet')
