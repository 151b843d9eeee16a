import type * as z from 'zod'
import type { Executor } from '../executor.ts'
import { notBuilt } from '../not-built.ts'
import type { runScript } from './spec.ts'

export const windows: Executor<z.output<(typeof runScript)['parameters']>> = notBuilt('Not built yet')
