import { forensicsExecutor } from './collect.ts'
import { windowsItems } from './windows-items.ts'

export const windows = forensicsExecutor(windowsItems)
