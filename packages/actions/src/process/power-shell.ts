import type * as z from 'zod'
import { ActionFailure } from '../executor.ts'
import { ProgramMissing, type Host } from '../host.ts'

// None of the scripts that go through here has run on a real Windows yet; they follow Microsoft's documentation and are held against
// recorded answers.

/** Both ways in ASCII: the code page of a console is a matter of the host, and paths are not to suffer from it. */
const prelude = `$ErrorActionPreference = 'Stop'
$asked = [Console]::In.ReadToEnd() | ConvertFrom-Json
function Say($value) {
  $json = ConvertTo-Json -InputObject $value -Compress -Depth 6
  [Console]::Out.Write([regex]::Replace($json, '[^\\x00-\\x7f]', { param($one) '\\u{0:x4}' -f [int][char]$one.Value }))
}
`

const ascii = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** As Windows starts a program: longer ones are refused. */
export const longestCommandLine = 32_000

export const powerShellArguments = (script: string): readonly string[] => [
  ...['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-EncodedCommand'],
  Buffer.from(prelude + script, 'utf16le').toString('base64'),
]

/** Runs a fixed script; what it works on goes in as JSON on its input and comes out as JSON by its function `Say`. */
export const runPowerShell = async <Schema extends z.ZodType>(
  host: Host,
  script: string,
  input: unknown,
  answer: Schema,
  options: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
): Promise<z.output<Schema>> => {
  const run = await host
    .run('powershell.exe', powerShellArguments(script), {
      input: ascii(input),
      timeoutMs: options.timeoutMs ?? 25_000,
      maxOutput: 16 * 1024 * 1024,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    .catch((error: unknown) => {
      throw error instanceof ProgramMissing
        ? new ActionFailure('unsupported', 'There is no PowerShell on this host.')
        : error
    })
  if (run.timedOut || options.signal?.aborted === true)
    throw new ActionFailure('timed_out', 'PowerShell did not answer in time.')
  let said: unknown = null
  try {
    said = JSON.parse(run.stdout)
  } catch {
    // Told below.
  }
  const parsed = answer.safeParse(said)
  if (parsed.success) return parsed.data
  throw new ActionFailure(
    'execution_error',
    `PowerShell did not answer as expected: ${run.stderr.trim().slice(0, 300) || 'it said nothing'}`,
  )
}
