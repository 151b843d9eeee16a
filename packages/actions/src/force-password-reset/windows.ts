import type * as z from 'zod'
import { ActionFailure, type Evidence, type Executor } from '../executor.ts'
import { ProgramMissing, type Host } from '../host.ts'
import type { forcePasswordReset } from './spec.ts'

interface WindowsAccount {
  readonly name: string
  readonly sid: string
  readonly enabled: boolean
  readonly mustChange: boolean
  readonly neverExpires: boolean
  /** Seconds since the last change. */
  readonly ageS: number
}

// The name comes by the environment, so that nothing in it is ever read as a command.
const readScript = `$ErrorActionPreference='Stop'
$u=Get-LocalUser -Name $env:RIPOSTE_ACCOUNT -ErrorAction SilentlyContinue
if($null -eq $u){'null';exit 0}
$a=[ADSI]("WinNT://./"+$u.Name+",user")
@{name=$u.Name;sid=$u.SID.Value;enabled=$u.Enabled;mustChange=($a.PasswordExpired.Value -eq 1);neverExpires=(($a.UserFlags.Value -band 65536) -ne 0);ageS=[int64]$a.PasswordAge.Value}|ConvertTo-Json -Compress`

const powershell = (script: string): string[] => [
  '-NoProfile',
  '-NonInteractive',
  '-ExecutionPolicy',
  'Bypass',
  '-EncodedCommand',
  Buffer.from(script, 'utf16le').toString('base64'),
]

/** What a local account of Windows may be called; wildcards would name several. */
const isAccountName = (name: string): boolean =>
  name.length <= 104 && /^[^"/\\[\]:;|=,+*?<>@\p{Cc}\s-][^"/\\[\]:;|=,+*?<>@\p{Cc}]*$/u.test(name)

async function readAccount(host: Host, user: string): Promise<WindowsAccount | null> {
  const { code, stdout, stderr } = await host.run('powershell.exe', powershell(readScript), {
    timeoutMs: 30_000,
    env: { RIPOSTE_ACCOUNT: user },
  })
  if (code !== 0)
    throw new ActionFailure(
      'execution_error',
      `PowerShell ended with ${code ?? 'a signal'}: ${stderr.trim().slice(0, 300)}`,
    )
  let told: unknown
  try {
    told = JSON.parse(stdout.trim())
  } catch {
    throw new ActionFailure('execution_error', 'PowerShell told nothing that can be read')
  }
  if (told === null) return null
  const account = told as Partial<WindowsAccount>
  if (
    typeof account.name !== 'string' ||
    typeof account.sid !== 'string' ||
    typeof account.mustChange !== 'boolean' ||
    typeof account.neverExpires !== 'boolean' ||
    typeof account.ageS !== 'number'
  )
    throw new ActionFailure('execution_error', 'PowerShell told nothing that can be read')
  return { ...(account as WindowsAccount), enabled: account.enabled === true }
}

const wantedUser = (user: string | null): string => {
  if (user === null)
    throw new ActionFailure('does_not_exist', 'No account was named: a reset on a device is of one local account')
  if (!isAccountName(user)) throw new ActionFailure('does_not_exist', 'That is no name that a local account can have')
  return user
}

function refuseProtected({ name, sid, enabled, neverExpires }: WindowsAccount): void {
  // 500: the built-in administrator; 501 to 504: guest and the system's own.
  if (/-50[0-4]$/.test(sid))
    throw new ActionFailure('protected_target', `${name} is an account of the system, by which this host is repaired`)
  if (!enabled)
    throw new ActionFailure('precondition_changed', `The account ${name} is disabled: there is nothing to expire`)
  if (neverExpires)
    throw new ActionFailure(
      'precondition_changed',
      `The password of ${name} never expires by its settings, so Windows does not let it be forced; take that setting off first`,
    )
}

const evidenceOf = (account: WindowsAccount, more: Evidence): Evidence => ({
  user: account.name,
  sid: account.sid,
  mustChange: account.mustChange,
  ...more,
})

/** A local account must choose a new password at its next sign-in. Written against the documented commands; tested by their recorded answers. */
export const windows: Executor<z.output<(typeof forcePasswordReset)['parameters']>> = {
  unavailable: async (host) => {
    try {
      await host.run('powershell.exe', powershell('exit 0'), { timeoutMs: 30_000 })
      return null
    } catch (error) {
      if (error instanceof ProgramMissing) return 'There is no PowerShell on this host'
      throw error
    }
  },

  execute: async (job) => {
    const { host, parameters } = job
    const user = wantedUser(parameters.user)
    const before = await readAccount(host, user)
    if (!before) throw new ActionFailure('does_not_exist', `This host has no local account ${user}`)
    refuseProtected(before)
    await job.note({ sid: before.sid, mustChange: before.mustChange })
    if (!before.mustChange) {
      const { code, stderr } = await host.run('net.exe', ['user', before.name, '/logonpasswordchg:yes'], {
        timeoutMs: 30_000,
      })
      if (code !== 0) {
        // 5: access denied.
        const reason = /\b5\b/.test(stderr) ? 'permission_denied' : 'execution_error'
        throw new ActionFailure(reason, `net user ended with ${code ?? 'a signal'}: ${stderr.trim().slice(0, 300)}`)
      }
    }
    const after = await readAccount(host, user)
    if (after?.mustChange !== true)
      throw new ActionFailure('execution_error', `net said that it was done, but ${user} need not change the password`)
    return evidenceOf(after, { alreadySo: before.mustChange, at: new Date(host.now()).toISOString() })
  },

  verify: async ({ host, parameters }, evidence) => {
    const user = wantedUser(parameters.user)
    const account = await readAccount(host, user)
    if (!account) return { result: 'failed', detail: `The account ${user} is gone`, evidence: {} }
    const seen = evidenceOf(account, { ageS: account.ageS })
    if (account.sid !== evidence['sid'])
      return { result: 'failed', detail: `${user} is another account now`, evidence: seen }
    if (account.mustChange)
      return { result: 'passed', detail: `${user} must change the password at the next sign-in`, evidence: seen }
    const doneAt = Date.parse(typeof evidence['at'] === 'string' ? evidence['at'] : '')
    return host.now() - account.ageS * 1_000 >= doneAt - 1_000
      ? { result: 'passed', detail: `${user} has chosen a new password since`, evidence: seen }
      : { result: 'failed', detail: `Somebody took it back: ${user} need not change the password`, evidence: seen }
  },

  reconcile: async ({ host, parameters }, notes) => {
    const before = notes.at(-1)
    const account = await readAccount(host, wantedUser(parameters.user))
    if (!before || !account) return { state: 'not_applied', detail: 'It had not begun' }
    if (account.sid !== before['sid']) return { state: 'unknown', detail: `${account.name} is another account now` }
    return account.mustChange
      ? {
          state: 'applied',
          evidence: evidenceOf(account, {
            alreadySo: before['mustChange'] === true,
            at: new Date(host.now()).toISOString(),
          }),
        }
      : { state: 'unknown', detail: `${account.name} need not change the password: not yet, or not any more` }
  },
}
