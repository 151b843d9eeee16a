import type * as z from 'zod'
import { ActionFailure } from '../executor.ts'
import type { Host } from '../host.ts'

/** Runs a fixed script; what it works on goes in as JSON on its input and comes out as JSON. */
export const runPowerShell = async <Schema extends z.ZodType>(
  host: Host,
  script: string,
  input: unknown,
  answer: Schema,
): Promise<z.output<Schema>> => {
  const encoded = Buffer.from(script, 'utf16le').toString('base64')
  const run = await host.run(
    'powershell.exe',
    ['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-EncodedCommand', encoded],
    { input: JSON.stringify(input), timeoutMs: 25_000 },
  )
  let said: unknown = null
  try {
    said = JSON.parse(run.stdout)
  } catch {
    // Told below.
  }
  const parsed = answer.safeParse(said)
  if (parsed.success) return parsed.data
  throw JSON.stringify(said) === '{"state":"denied"}'
    ? new ActionFailure('permission_denied', 'Windows does not let the agent open that process.')
    : new ActionFailure('execution_error', `PowerShell did not answer as expected: ${run.stderr.trim().slice(0, 300)}`)
}
