import type { Reading } from './reading.ts'
import { ShellReader } from './shell-reader.ts'

/**
 * Reads a command as `sh -c` and `bash -c` do. Where the two differ, what bash makes of it counts, since `sh` is bash on many machines.
 */
export const readShell = (text: string): Reading => new ShellReader(text).read()
