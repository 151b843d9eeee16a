import * as z from 'zod'
import { ActionFailure, type Evidence, type Executor, type Job } from '../executor.ts'
import { readableCommand } from '../process/command-line.ts'
import { runPowerShell } from '../process/power-shell.ts'
import type { killProcess } from './spec.ts'

// Held against recorded answers of these commands; it has not run on a real Windows.

type Parameters = z.output<(typeof killProcess)['parameters']>

const WindowsProcess = z.object({
  bootId: z.string(),
  startTime: z.string(),
  name: z.string(),
  exe: z.string().nullable(),
  exeSha256: z.string().nullable(),
  command: z.string().nullable(),
})
const Answer = z.discriminatedUnion('state', [
  z.object({ state: z.literal('gone') }),
  z.object({ state: z.literal('changed'), process: WindowsProcess }),
  z.object({ state: z.literal('protected'), process: WindowsProcess }),
  z.object({ state: z.literal('alive'), process: WindowsProcess }),
  z.object({ state: z.literal('killed'), process: WindowsProcess }),
])

/** The open handle keeps the number from being given away between the check and the kill. Values come in as JSON, never as code. */
const script = `
$ErrorActionPreference = 'Stop'
$asked = [Console]::In.ReadToEnd() | ConvertFrom-Json
$p = Get-Process -Id $asked.pid -ErrorAction SilentlyContinue
if ($null -eq $p) { '{"state":"gone"}'; exit 0 }
try { $handle = $p.Handle } catch { '{"state":"denied"}'; exit 0 }
$boot = (Get-CimInstance Win32_OperatingSystem).LastBootUpTime.ToFileTimeUtc()
$hex = $boot.ToString('x32')
$info = Get-CimInstance Win32_Process -Filter ("ProcessId=" + [int]$asked.pid)
$hash = $null
if ($info.ExecutablePath) { $hash = (Get-FileHash -LiteralPath $info.ExecutablePath -Algorithm SHA256).Hash.ToLower() }
$found = @{ bootId = $hex.Insert(20,'-').Insert(16,'-').Insert(12,'-').Insert(8,'-'); startTime = [string]$p.StartTime.ToFileTimeUtc();
  name = $p.ProcessName; exe = $info.ExecutablePath; exeSha256 = $hash; command = $info.CommandLine }
$state = 'alive'
$vital = 'System','Idle','Registry','smss','csrss','wininit','winlogon','services','lsass','svchost'
if ($asked.identity -and ($asked.identity.startTime -ne $found.startTime -or ($asked.identity.exeSha256 -and $asked.identity.exeSha256 -ne $hash))) { $state = 'changed' }
elseif ($vital -contains $p.ProcessName -or $asked.protected -contains $p.ProcessName -or $asked.protected -contains $info.ExecutablePath) { $state = 'protected' }
elseif ($asked.kill) {
  if ($asked.tree) { & taskkill.exe /F /T /PID $asked.pid | Out-Null } else { $p.Kill() }
  if ($p.WaitForExit(5000)) { $state = 'killed' }
}
@{ state = $state; process = $found } | ConvertTo-Json -Compress -Depth 4
`

const ask = (job: Job<Parameters>, kill: boolean, identity: unknown) =>
  runPowerShell(
    job.host,
    script,
    {
      pid: job.parameters.pid,
      tree: job.parameters.tree,
      protected: job.host.policy().protectedProcesses,
      identity,
      kill,
    },
    Answer,
  )

const execute = async (job: Job<Parameters>): Promise<Evidence> => {
  const { pid, identity, tree } = job.parameters
  if (pid === job.host.pid) throw new ActionFailure('protected_target', 'That is the agent itself.')
  const before = await ask(job, false, identity)
  if (before.state === 'alive') await job.note({ pid, startTime: before.process.startTime })
  // Pinned from here on by what was just seen, where nobody pinned it before.
  const answer = before.state === 'alive' ? await ask(job, true, identity ?? before.process) : before
  switch (answer.state) {
    case 'killed':
      return {
        ...answer.process,
        command: readableCommand((answer.process.command ?? '').split(' ')),
        pid,
        tree,
        pinned: identity !== null,
        gone: true,
      }
    case 'gone':
      throw new ActionFailure('does_not_exist', `There is no process ${pid} any more.`)
    case 'changed':
      throw identity !== null && identity.startTime === answer.process.startTime
        ? new ActionFailure(
            'precondition_changed',
            `Process ${pid} runs another executable than the one that was meant.`,
          )
        : new ActionFailure('does_not_exist', `Process ${pid} ended, and another one has its number now.`)
    case 'protected':
      throw new ActionFailure('protected_target', `Windows or this organisation needs ${answer.process.name}.`)
    case 'alive':
      throw new ActionFailure('timed_out', `Process ${pid} was killed and is still there after 5 s.`)
  }
}

/** That same process, by its start: another one with its number is not it. */
const isAlive = async (job: Job<Parameters>, startTime: unknown): Promise<boolean> => {
  const answer = await ask(job, false, null)
  return answer.state !== 'gone' && answer.process.startTime === startTime
}

export const windows: Executor<Parameters> = {
  unavailable: (host) => Promise.resolve(host.platform === 'windows' ? null : 'This is not Windows.'),
  execute,
  verify: async (job, evidence) =>
    (await isAlive(job, evidence['startTime']))
      ? { result: 'failed', detail: 'The process is still there.', evidence: {} }
      : { result: 'passed', detail: 'The process is gone.', evidence: {} },
  reconcile: async (job, notes) => {
    const note = notes.at(-1)
    if (note === undefined) return { state: 'not_applied', detail: 'The agent ended before it touched the process.' }
    return (await isAlive(job, note['startTime']))
      ? { state: 'not_applied', detail: 'The process goes on.' }
      : { state: 'applied', evidence: { ...note, gone: true } }
  },
}
