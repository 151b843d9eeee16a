import * as z from 'zod'
import { ActionFailure } from '../executor.ts'
import { ProgramMissing, type Host } from '../host.ts'
import { runPowerShell } from './power-shell.ts'

const script = `# rights
$me = [Security.Principal.WindowsIdentity]::GetCurrent()
$role = New-Object Security.Principal.WindowsPrincipal $me
$administrators = New-Object Security.Principal.SecurityIdentifier 'S-1-5-32-544'
Say @{ administrator = $role.IsInRole($administrators); full = ($ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage') }
`

/** Why this agent cannot act on the processes and files of everybody; null when it can. */
export const unavailableOnWindows = async (host: Host, purpose: string): Promise<string | null> => {
  if (host.platform !== 'windows') return 'This is not Windows.'
  try {
    const { administrator, full } = await runPowerShell(
      host,
      script,
      null,
      z.object({ administrator: z.boolean(), full: z.boolean() }),
    )
    if (!administrator) return `${purpose} the agent must run as LocalSystem or as an administrator.`
    return full ? null : 'A policy of this host keeps PowerShell in constrained language mode.'
  } catch (error) {
    if (error instanceof ActionFailure) return error.message
    throw error
  }
}

/** The programs that are not there, in one sentence; null when all are. Home editions come without some. */
export const missingProgram = async (host: Host, programs: readonly string[]): Promise<string | null> => {
  for (const program of programs)
    try {
      await host.run(program, ['/?'], { timeoutMs: 10_000 })
    } catch (error) {
      if (error instanceof ProgramMissing) return `The program ${program} is missing on this edition of Windows.`
      throw error
    }
  return null
}
