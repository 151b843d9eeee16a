import type { Input, OperationOf } from '@riposte/contract'
import type { Finding } from '../define.ts'
import { findCode } from '../javascript/find-code.ts'

/** Whether a value from the request became part of the script that the app is about to run. */
export const detect = (operation: OperationOf<'code'>, inputs: readonly Input[]): Finding | null =>
  findCode(operation.text, inputs)
