import type { Input, OperationOf } from '@riposte/contract'
import type { Finding } from '../define.ts'

export function detect(operation: OperationOf<'code'>, inputs: readonly Input[]): Finding | null {
  void operation
  void inputs
  return null
}
