import type { Input } from '@riposte/contract'
import { containsWord, findText } from './find-names.ts'

export { wayInPath, wayInSource } from './find-way.ts'

/** Whether the request names that property. */
export const isNamedBy = (key: string, inputs: readonly Input[]): boolean =>
  findText(key, inputs, containsWord) !== null
