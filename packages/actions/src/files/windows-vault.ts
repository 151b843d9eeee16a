import path from 'node:path'
import * as z from 'zod'
import type { Host } from '../host.ts'
import { runPowerShell } from '../process/power-shell.ts'

// Held against recorded answers; none of it has run on a real Windows.

/** Of a file in the vault, as far as it is told; the key of the copy stays in the record. */
export const WindowsRecord = z.object({
  actionId: z.uuid(),
  path: z.string(),
  at: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.number(),
  /** Owner, group and who may do what, in the words of Windows. */
  sddl: z.string(),
  attributes: z.number(),
  /** Moments of Windows, units of 100 ns since 1601. */
  created: z.string(),
  modified: z.string(),
  accessed: z.string(),
  /** Alternate data streams by name. */
  streams: z.array(z.string()),
})
export type WindowsRecord = z.output<typeof WindowsRecord>

export const vaultOnWindows = (host: Host): string => path.win32.join(host.stateDir, 'vault')
export const asideOnWindows = (file: string, actionId: string): string =>
  path.win32.join(path.win32.dirname(file), `.riposte-quarantine-${actionId}`)

const Stand = z.enum(['nothing', 'same', 'other'])
const Inspection = z.object({
  /** What stands at the path and beside it, compared with the record's bytes. */
  path: Stand,
  aside: Stand,
  record: WindowsRecord.nullable(),
  /** Whether the sealed bytes are those that were written; null when nobody asked to read them. */
  whole: z.boolean().nullable(),
})
export type Inspection = z.output<typeof Inspection>

/** Shared by the scripts that read the vault: the record without its key, and a hash. */
export const vaultFunctions = `function HashOf($file) { (Get-FileHash -LiteralPath $file -Algorithm SHA256).Hash.ToLower() }
function Told($r) { @{ actionId = $r.actionId; path = $r.path; at = $r.at; sha256 = $r.sha256; size = $r.size; sddl = $r.sddl; attributes = $r.attributes;
  created = $r.created; modified = $r.modified; accessed = $r.accessed; streams = @($r.streams | ForEach-Object { $_.name }) } }
function ReadRecord($entry) {
  $file = [IO.Path]::Combine($entry, 'record.json')
  if (-not [IO.File]::Exists($file)) { return $null }
  [IO.File]::ReadAllText($file) | ConvertFrom-Json
}
`

/** `settle` puts right what a crash left, after looking: only what the look before it showed. */
const inspectScript = `# inspect a quarantine
${vaultFunctions}
$entry = [IO.Path]::Combine($asked.vault, $asked.id)
if ($asked.settle -contains 'drop_partial' -and [IO.Directory]::Exists("$entry.partial")) { [IO.Directory]::Delete("$entry.partial", $true) }
if ($asked.settle -contains 'drop_draft' -and [IO.File]::Exists($asked.draft)) { [IO.File]::SetAttributes($asked.draft, 'Normal'); [IO.File]::Delete($asked.draft) }
$r = ReadRecord $entry
function Stand($file) {
  if (-not [IO.File]::Exists($file)) { return 'nothing' }
  if ($null -eq $r -or (New-Object IO.FileInfo $file).Length -ne $r.size) { return 'other' }
  if ((HashOf $file) -eq $r.sha256) { 'same' } else { 'other' }
}
$at = Stand $asked.path
$beside = Stand $asked.aside
if ($asked.settle -contains 'put_back' -and $at -eq 'nothing' -and $beside -ne 'nothing') { [IO.File]::Move($asked.aside, $asked.path); $at = Stand $asked.path; $beside = 'nothing' }
if ($asked.settle -contains 'finish' -and $beside -eq 'same') { [IO.File]::SetAttributes($asked.aside, 'Normal'); [IO.File]::Delete($asked.aside); $beside = 'nothing' }
if ($asked.settle -contains 'drop_entry' -and $at -eq 'same' -and $null -ne $r) { [IO.Directory]::Move($entry, "$entry.partial"); [IO.Directory]::Delete("$entry.partial", $true); $r = $null }
$whole = $null
if ($asked.deep -and $null -ne $r) { $sealed = [IO.Path]::Combine($entry, 'content.sealed'); $whole = [IO.File]::Exists($sealed) -and (HashOf $sealed) -eq $r.sealedSha256 }
$told = $null
if ($null -ne $r) { $told = Told $r }
Say @{ path = $at; aside = $beside; record = $told; whole = $whole }
`

export type Settling = 'drop_partial' | 'drop_draft' | 'put_back' | 'finish' | 'drop_entry'

export const inspectQuarantine = (
  host: Host,
  asked: {
    readonly actionId: string
    readonly path: string
    readonly deep?: boolean
    /** The response that was putting it back. */
    readonly restore?: string
    readonly settle?: readonly Settling[]
  },
): Promise<Inspection> =>
  runPowerShell(
    host,
    inspectScript,
    {
      vault: vaultOnWindows(host),
      id: asked.actionId,
      path: asked.path,
      aside: asideOnWindows(asked.path, asked.actionId),
      draft: path.win32.join(path.win32.dirname(asked.path), `.riposte-restore-${asked.restore ?? ''}`),
      deep: asked.deep ?? false,
      settle: asked.settle ?? [],
    },
    Inspection,
    { timeoutMs: 600_000 },
  )

const listScript = `# list the vault
${vaultFunctions}
$rows = @()
if ([IO.Directory]::Exists($asked.vault)) {
  foreach ($entry in ([IO.Directory]::GetDirectories($asked.vault) | Select-Object -First 5000)) {
    if ($entry.EndsWith('.partial')) { continue }
    try { $r = ReadRecord $entry; if ($null -ne $r) { $rows += (Told $r) } } catch { }
  }
}
Say @{ records = @($rows) }
`

export const listWindowsVault = async (host: Host): Promise<readonly WindowsRecord[]> =>
  (
    await runPowerShell(
      host,
      listScript,
      { vault: vaultOnWindows(host) },
      z.object({ records: z.array(WindowsRecord) }),
    )
  ).records
