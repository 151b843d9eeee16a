import type * as z from 'zod'
import type { Executor } from '../executor.ts'
import { notBuilt } from '../not-built.ts'
import type { killProcess } from './spec.ts'

export const linux: Executor<z.output<(typeof killProcess)['parameters']>> = notBuilt('Not built yet')
