import type { Input, OperationOf } from '@riposte/contract'
import type { Finding } from '../define.ts'

export const detect = (_operation: OperationOf<'response'>, _inputs: readonly Input[]): Finding | null => null
