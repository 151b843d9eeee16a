import { findExecutor } from '@riposte/actions'
import { randomUUID } from 'node:crypto'
import { realHost } from '../../packages/actions/src/testing/real-host.ts'

// Quarantines one file, alone in its process, so that its memory is its own. Usage: FILE STATE_DIR
const [, , file, stateDir] = process.argv as [string, string, string, string]
const began = performance.now()
await findExecutor('linux', 'quarantine_file')?.execute({
  actionId: randomUUID(),
  parameters: { path: file, sha256: null, killRunning: false },
  context: {},
  host: realHost({ stateDir }),
  signal: new AbortController().signal,
  note: () => Promise.resolve(),
  output: () => undefined,
})
process.stdout.write(
  JSON.stringify({
    seconds: (performance.now() - began) / 1_000,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
  }),
)
