import * as z from 'zod'
import type { Job } from '../executor.ts'
import { runPowerShell } from './power-shell.ts'

export interface WindowsTarget {
  readonly pid: number
  readonly startTime: string
  /** Compared before anything is killed, where it is known. */
  readonly exeSha256: string | null
}

const Result = z.object({
  pid: z.number(),
  state: z.enum(['gone', 'reused', 'denied', 'other_executable', 'killed', 'alive']),
  exeSha256: z.string().nullable(),
})
const Answer = z.object({ results: z.array(Result) })
export type EndedOnWindows = z.output<typeof Result>

/**
 * An open handle keeps a number from being given away between the check and the kill. When the first one is not what was meant, nobody
 * is killed.
 */
const script = `# end processes
$held = @()
$results = @()
$go = $true
foreach ($target in $asked.targets) {
  $result = @{ pid = [int64]$target.pid; state = 'gone'; exeSha256 = $null }
  $results += $result
  $p = Get-Process -Id ([int]$target.pid) -ErrorAction SilentlyContinue
  if ($null -ne $p) {
    try {
      $null = $p.Handle
      $ft = $p.StartTime.ToFileTimeUtc()
      if ([string](($ft - $ft % 10) / 10) -ne $target.startTime) { $result.state = 'reused' }
      else {
        $result.state = 'alive'
        if ($target.hash -and $p.Path) { $result.exeSha256 = (Get-FileHash -LiteralPath $p.Path -Algorithm SHA256).Hash.ToLower() }
        if ($target.exeSha256 -and $target.exeSha256 -ne $result.exeSha256) { $result.state = 'other_executable' }
      }
    } catch { $result.state = 'denied' }
  }
  if ($result.state -eq 'alive') { $held += @{ process = $p; result = $result } }
  elseif ($results.Count -eq 1) { $go = $false; break }
}
if ($go) {
  foreach ($one in $held) { try { $one.process.Kill() } catch { } }
  $end = (Get-Date).AddSeconds(5)
  foreach ($one in $held) {
    $left = [Math]::Max(1, [int]($end - (Get-Date)).TotalMilliseconds)
    if ($one.process.WaitForExit($left)) { $one.result.state = 'killed' }
  }
}
Say @{ results = @($results) }
`

export const endOnWindows = async (job: Job<unknown>, targets: readonly WindowsTarget[]): Promise<EndedOnWindows[]> => {
  const asked = targets.map((target, index) => ({ ...target, hash: index === 0 || target.exeSha256 !== null }))
  return (await runPowerShell(job.host, script, { targets: asked }, Answer)).results
}
