/*
 * The commands below follow Microsoft's documentation of netsh advfirewall and of PowerShell. They have been held against recorded
 * contracts in tests, and have not run on a real Windows yet.
 */
import path from 'node:path'
import * as z from 'zod'
import { formatAddress, parseAddress } from '../address/parse-address.ts'
import type { ProtectionFacts } from '../define.ts'
import { ActionFailure } from '../executor.ts'
import { ProgramMissing, type Host, type RunResult } from '../host.ts'

const tried = async (host: Host, program: string, args: readonly string[]): Promise<RunResult> => {
  try {
    return await host.run(program, args)
  } catch (error) {
    if (error instanceof ProgramMissing) throw new ActionFailure('unsupported', `${error.message}: is this Windows?`)
    throw error
  }
}

const netsh = (host: Host, args: readonly string[]): Promise<RunResult> =>
  tried(host, 'netsh', ['advfirewall', ...args])

/** @throws ActionFailure */
export const mustNetsh = async (host: Host, ...args: readonly string[]): Promise<void> => {
  const { code, stdout, stderr } = await netsh(host, args)
  if (code === 0) return
  const said = `${stdout}${stderr}`.trim().slice(0, 500)
  // 5 is ERROR_ACCESS_DENIED, whatever the language of the text.
  if (code === 5 || /elevation|administrator/i.test(said))
    throw new ActionFailure('permission_denied', 'The agent may not change the firewall: it must run as LocalSystem')
  throw new ActionFailure('execution_error', `netsh refused: ${said}`)
}

/** By the exit code: the text is in the language of the host. */
export const hasRule = async (host: Host, name: string): Promise<boolean> =>
  (await netsh(host, ['firewall', 'show', 'rule', `name=${name}`])).code === 0

/** One that is not there is none the less gone. */
export const removeRule = async (host: Host, name: string): Promise<void> => {
  await netsh(host, ['firewall', 'delete', 'rule', `name=${name}`])
}

export const addRule = (host: Host, name: string, ...match: readonly string[]): Promise<void> =>
  mustNetsh(host, 'firewall', 'add', 'rule', `name=${name}`, 'profile=any', 'enable=yes', ...match)

/** Both words are the same in every language of Windows. */
export const blocksByDefault = async (host: Host): Promise<boolean> => {
  const { code, stdout } = await netsh(host, ['show', 'allprofiles', 'firewallpolicy'])
  const policies = stdout.match(/(Block|Allow)Inbound(Always)?,(Block|Allow)Outbound/g) ?? []
  return code === 0 && policies.length > 0 && policies.every((policy) => policy === 'BlockInbound,BlockOutbound')
}

export const powerShell = async (host: Host, script: string): Promise<string> => {
  const encoded = Buffer.from(`$ErrorActionPreference = 'Stop'\n${script}`, 'utf16le').toString('base64')
  const { code, stdout, stderr } = await tried(host, 'powershell.exe', [
    '-NoProfile',
    '-NonInteractive',
    '-EncodedCommand',
    encoded,
  ])
  if (code !== 0) throw new ActionFailure('execution_error', `PowerShell failed: ${stderr.trim().slice(0, 500)}`)
  return stdout
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

const task = 'Riposte isolation release'

/** What the firewall was before; imported whole to take an isolation back. */
export const savedPolicy = (host: Host): string => path.win32.join(host.stateDir, 'firewall', 'before-isolation.wfw')

/** A task of the system's own takes the isolation back even when the agent never comes back. */
export const armDeadMan = async (host: Host, seconds: number): Promise<void> => {
  await powerShell(
    host,
    `$action = New-ScheduledTaskAction -Execute 'netsh.exe' -Argument ${literal(`advfirewall import "${savedPolicy(host)}"`)}
$trigger = New-ScheduledTaskTrigger -Once -At (Get-Date).AddSeconds(${seconds})
$principal = New-ScheduledTaskPrincipal -UserId 'SYSTEM' -RunLevel Highest
Register-ScheduledTask -TaskName ${literal(task)} -Action $action -Trigger $trigger -Principal $principal -Force | Out-Null`,
  )
}

export const disarmDeadMan = async (host: Host): Promise<void> => {
  await powerShell(
    host,
    `Unregister-ScheduledTask -TaskName ${literal(task)} -Confirm:$false -ErrorAction SilentlyContinue`,
  )
}

const Facts = z.object({
  addresses: z.array(z.string()),
  gateways: z.array(z.string()),
  resolvers: z.array(z.string()),
})

export const readWindowsFacts = async (host: Host): Promise<ProtectionFacts> => {
  const answer = await powerShell(
    host,
    `@{
  addresses = @(Get-NetIPAddress | ForEach-Object { $_.IPAddress })
  gateways = @(Get-NetRoute | Where-Object { $_.NextHop -ne '0.0.0.0' -and $_.NextHop -ne '::' } | ForEach-Object { $_.NextHop } | Sort-Object -Unique)
  resolvers = @(Get-DnsClientServerAddress | ForEach-Object { $_.ServerAddresses } | Sort-Object -Unique)
} | ConvertTo-Json -Compress`,
  )
  const parsed = Facts.safeParse(JSON.parse(answer))
  if (!parsed.success)
    throw new ActionFailure('execution_error', 'Windows told its addresses in a form that is not known')
  return {
    ...parsed.data,
    controlPlane: host.controlPlane.addresses().map(({ address }) => address),
    neverBlock: host.policy().neverBlock,
    agentPid: host.pid,
  }
}

/** Addresses in the one form that netsh is given. */
export const bareAddress = (text: string): string => {
  const address = parseAddress(text)
  return address === null ? text : formatAddress(address)
}

export const windowsUnavailable = async (host: Host): Promise<string | null> => {
  try {
    const { code } = await netsh(host, ['show', 'currentprofile'])
    return code === 0 ? null : 'The Windows firewall does not answer: its service (mpssvc) must run'
  } catch (error) {
    if (error instanceof ActionFailure) return error.message
    throw error
  }
}
