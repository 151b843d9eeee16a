import { createHash } from 'node:crypto'
import path from 'node:path'
import * as z from 'zod'
import type { Host } from '../host.ts'
import { runPowerShell } from './power-shell.ts'

/** Times are whole microseconds since 1601, as text: what both sources of Windows can tell. */
const Row = z.object({
  pid: z.number(),
  ppid: z.number(),
  name: z.string(),
  exe: z.string().nullable(),
  command: z.string().nullable(),
  startTime: z
    .string()
    .regex(/^\d{1,20}$/)
    .nullable(),
  session: z.number(),
  user: z.string().nullable(),
  memoryBytes: z.number(),
  /** Units of 100 ns on a processor. */
  cpu: z.string().regex(/^\d{1,20}$/),
})
export type WindowsProcess = z.output<typeof Row>

const Table = z.object({
  bootAt: z.string().regex(/^\d{1,20}$/),
  now: z.string().regex(/^\d{1,20}$/),
  systemRoot: z.string(),
  processes: z.array(Row),
})
export type WindowsTable = z.output<typeof Table>

const script = `# list processes
function Micro($time) { $ft = $time.ToFileTimeUtc(); [string](($ft - $ft % 10) / 10) }
$users = @{}
try { foreach ($one in Get-Process -IncludeUserName) { $users[[int]$one.Id] = $one.UserName } } catch { }
$rows = @(Get-CimInstance Win32_Process | Select-Object -First 4000 | ForEach-Object {
  $start = $null
  if ($_.CreationDate) { $start = Micro $_.CreationDate }
  $command = $_.CommandLine
  if ($command -and $command.Length -gt 2048) { $command = $command.Substring(0, 2048) }
  @{ pid = [int64]$_.ProcessId; ppid = [int64]$_.ParentProcessId; name = [string]$_.Name; exe = $_.ExecutablePath; command = $command;
    startTime = $start; session = [int64]$_.SessionId; user = $users[[int]$_.ProcessId]; memoryBytes = [int64]$_.WorkingSetSize;
    cpu = [string]([uint64]$_.KernelModeTime + [uint64]$_.UserModeTime) }
})
Say @{ bootAt = (Micro (Get-CimInstance Win32_OperatingSystem).LastBootUpTime); now = (Micro (Get-Date)); systemRoot = $env:SystemRoot; processes = $rows }
`

export const readWindowsTable = (host: Host): Promise<WindowsTable> => runPowerShell(host, script, null, Table)

/** Windows has no number for a boot: its moment stands in a UUID of the free form (version 8), so that it fits where Linux has one. */
export const bootIdOf = (bootAt: string): string => {
  const hex = BigInt(bootAt).toString(16).padStart(16, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(12, 15)}-8${hex.slice(15)}00-000000000000`
}

const momentOf = (bootId: string): bigint => {
  const hex = bootId.replaceAll('-', '')
  return /^[0-9a-f]{32}$/.test(hex) ? BigInt(`0x${hex.slice(0, 12)}${hex.slice(13, 16)}${hex.slice(17, 18)}`) : -1n
}

/** The moment moves by a little whenever the clock is set; no host starts twice within this. */
const sameBootMicros = 20_000_000n

export const isSameBoot = (bootId: string, bootAt: string): boolean => {
  const apart = momentOf(bootId) - BigInt(bootAt)
  return (apart < 0n ? -apart : apart) <= sameBootMicros
}

const began = (row: WindowsProcess): bigint => BigInt(row.startTime ?? '0')

/** A parent's number may be somebody else's by now, who began later than the child: that one is no parent. */
const isChild = (child: WindowsProcess, parent: WindowsProcess): boolean =>
  child.ppid === parent.pid && child.pid !== parent.pid && began(child) >= began(parent)

export const ancestorsOnWindows = (table: WindowsTable, pid: number): ReadonlySet<number> => {
  const byPid = new Map(table.processes.map((row) => [row.pid, row]))
  const found = new Set<number>()
  for (let row = byPid.get(pid); row !== undefined;) {
    const parent = byPid.get(row.ppid)
    if (parent === undefined || found.has(parent.pid) || !isChild(row, parent)) break
    found.add(parent.pid)
    row = parent
  }
  return found
}

/** Of roots that may have ended already. */
export const descendantsOnWindows = (table: WindowsTable, roots: readonly WindowsProcess[]): WindowsProcess[] => {
  const children = new Map<number, WindowsProcess[]>()
  for (const row of table.processes) children.set(row.ppid, [...(children.get(row.ppid) ?? []), row])
  const seen = new Set(roots.map((row) => `${row.pid}:${row.startTime ?? ''}`))
  const found: WindowsProcess[] = []
  const queue = [...roots]
  for (let parent = queue.shift(); parent !== undefined; parent = queue.shift())
    for (const child of children.get(parent.pid) ?? []) {
      const key = `${child.pid}:${child.startTime ?? ''}`
      if (seen.has(key) || !isChild(child, parent)) continue
      seen.add(key)
      found.push(child)
      queue.push(child)
    }
  return found
}

/** Windows restarts, or lets nobody in, without them. */
const vital = new Set([
  ...['smss.exe', 'csrss.exe', 'wininit.exe', 'winlogon.exe', 'services.exe', 'lsass.exe', 'lsaiso.exe', 'lsm.exe'],
  ...['svchost.exe', 'registry', 'memory compression', 'secure system', 'vmmem'],
])

const lower = (text: string): string => text.toLowerCase()

/** Why nobody may end it; null when one may. By where its executable lies: a name alone is free to anybody. */
export const protectorOnWindows = (host: Host, table: WindowsTable): ((row: WindowsProcess) => string | null) => {
  const own = ancestorsOnWindows(table, host.pid)
  const listed = new Set(host.policy().protectedProcesses.map(lower))
  const system = `${lower(table.systemRoot).replace(/\\$/, '')}\\system32\\`
  return (row) => {
    if (row.pid === 0 || row.pid === 4) return 'It is the kernel of Windows; choose a process that it started.'
    if (row.pid === host.pid) return 'That is the agent itself.'
    if (own.has(row.pid)) return 'The agent runs under it and would end with it.'
    const [exe, name] = [row.exe === null ? null : lower(row.exe), lower(row.name)]
    if ((exe !== null && listed.has(exe)) || listed.has(name) || listed.has(name.replace(/\.exe$/, '')))
      return `${row.name} is on the list of protected processes; take it off the list first.`
    return vital.has(name) && (exe === null || exe === `${system}${name}`)
      ? `Windows needs ${row.name}; stop the service that it runs instead.`
      : null
  }
}

/** Run many programs under one image: only the same command line makes it the same program. */
const interpreters =
  /^(?:cmd|powershell|pwsh|[cw]script|mshta|rundll32|regsvr32|msbuild|dllhost|java|javaw|node|perl|python[\d.]*|pythonw)\.exe$/

export const commandSha256 = (command: string | null): string =>
  createHash('sha256')
    .update(command ?? '')
    .digest('hex')

export const respawnedOnWindows = (
  table: WindowsTable,
  image: { readonly exe: string | null; readonly commandSha256: string },
  since: string,
): WindowsProcess[] => {
  if (image.exe === null) return []
  const exe = lower(image.exe)
  const anyCommand = !interpreters.test(path.win32.basename(exe))
  return table.processes.filter(
    (row) =>
      row.exe !== null &&
      lower(row.exe) === exe &&
      began(row) >= BigInt(since) &&
      (anyCommand || commandSha256(row.command) === image.commandSha256),
  )
}

/** 1601 to 1970. */
const epochMicros = 11_644_473_600_000_000n
export const isoOfMicros = (micros: string): string =>
  new Date(Number((BigInt(micros) - epochMicros) / 1_000n)).toISOString()
