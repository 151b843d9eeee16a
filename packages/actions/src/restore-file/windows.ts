import * as z from 'zod'
import { ActionFailure, type Evidence, type Executor, type Job } from '../executor.ts'
import { inspectQuarantine, vaultOnWindows, WindowsRecord } from '../files/windows-vault.ts'
import { runPowerShell } from '../process/power-shell.ts'
import { unavailableOnWindows } from '../process/unavailable-on-windows.ts'
import type { restoreFile } from './spec.ts'
import { restoreScript } from './windows-script.ts'

// Held against recorded answers of these scripts; it has not run on a real Windows.

type Parameters = z.output<(typeof restoreFile)['parameters']>

const Answer = z.discriminatedUnion('state', [
  z.object({ state: z.literal('restored'), record: WindowsRecord }),
  z.object({
    state: z.enum(['no_entry', 'no_folder', 'link', 'occupied', 'changed', 'not_as_it_was']),
    detail: z.string(),
  }),
])
type Refused = Exclude<z.output<typeof Answer>, { state: 'restored' }>

const asFailure = ({ state, detail }: Refused): ActionFailure => {
  switch (state) {
    case 'no_entry':
      return new ActionFailure(
        'does_not_exist',
        'The vault holds no file of that response: it was restored, or never here.',
      )
    case 'no_folder':
      return new ActionFailure('does_not_exist', `There is no folder ${detail} any more; make it, then restore again.`)
    case 'link':
      return new ActionFailure('unsupported', `${detail} is a link now. Links are not followed; put the folder back.`)
    case 'occupied':
      return new ActionFailure(
        'precondition_changed',
        `Something stands at ${detail}; move it away, then restore again.`,
      )
    case 'changed':
      return new ActionFailure('precondition_changed', 'The copy in the vault was changed; nothing was put back.')
    case 'not_as_it_was':
      return new ActionFailure(
        'execution_error',
        `The file cannot be made as it was (${detail}); it stays in the vault.`,
      )
  }
}

const Now = z.object({
  sha256: z.string().nullable(),
  sddl: z.string().nullable(),
  attributes: z.number().nullable(),
  modified: z.string().nullable(),
})

const lookScript = `# look at a restored file
$now = @{ sha256 = $null; sddl = $null; attributes = $null; modified = $null }
if ([IO.File]::Exists($asked.path)) {
  $info = New-Object IO.FileInfo $asked.path
  $now.sha256 = (Get-FileHash -LiteralPath $asked.path -Algorithm SHA256).Hash.ToLower()
  $now.sddl = (Get-Acl -LiteralPath $asked.path).Sddl
  $now.attributes = [int]$info.Attributes
  $now.modified = [string]$info.LastWriteTimeUtc.ToFileTimeUtc()
}
Say $now
`

const look = (job: Job<Parameters>, path: string) =>
  runPowerShell(job.host, lookScript, { path }, Now, { timeoutMs: 600_000 })

const evidenceOf = (record: WindowsRecord): Evidence => ({ ...record, identical: true })

export const windows: Executor<Parameters> = {
  unavailable: (host) => unavailableOnWindows(host, 'To put back files of other users'),
  execute: async (job) => {
    const { host, actionId, parameters } = job
    // A path that is not known yet: the record tells it.
    const { record } = await inspectQuarantine(host, { actionId: parameters.quarantine, path: 'C:\\' })
    if (record === null) throw asFailure({ state: 'no_entry', detail: '' })
    await job.note({ stage: 'restoring', record })
    const answer = await runPowerShell(
      host,
      restoreScript,
      { vault: vaultOnWindows(host), id: actionId, quarantine: parameters.quarantine },
      Answer,
      { timeoutMs: 840_000, signal: job.signal },
    )
    if (answer.state !== 'restored') throw asFailure(answer)
    return evidenceOf(answer.record)
  },
  verify: async (job, evidence) => {
    const record = WindowsRecord.parse(evidence)
    const now = await look(job, record.path)
    if (now.sha256 === null) return { result: 'failed', detail: `There is nothing at ${record.path}.`, evidence: {} }
    const differences = [
      ...(now.sha256 === record.sha256 ? [] : ['bytes']),
      ...(now.sddl === record.sddl ? [] : ['owner and rights']),
      ...(now.attributes === record.attributes ? [] : ['attributes']),
      ...(now.modified === record.modified ? [] : ['time of change']),
    ]
    return differences.length === 0
      ? { result: 'passed', detail: `${record.path} is back with the bytes and metadata that it had.`, evidence: {} }
      : { result: 'failed', detail: `${record.path} differs in: ${differences.join(', ')}.`, evidence: { differences } }
  },
  reconcile: async (job, notes) => {
    const note = WindowsRecord.safeParse(notes.at(-1)?.['record'])
    if (!note.success) return { state: 'not_applied', detail: 'The agent ended before it began.' }
    const record = note.data
    const asked = { actionId: job.parameters.quarantine, path: record.path, restore: job.actionId }
    const seen = await inspectQuarantine(job.host, { ...asked, settle: ['drop_draft'] })
    const back = (await look(job, record.path)).sha256 === record.sha256
    if (seen.record === null) {
      await inspectQuarantine(job.host, { ...asked, settle: ['drop_partial'] })
      return back
        ? { state: 'applied', evidence: evidenceOf(record) }
        : { state: 'unknown', detail: 'The vault does not hold the file any more.' }
    }
    if (!back)
      return { state: 'not_applied', detail: 'The agent ended before the file had its name; it is in the vault.' }
    // It has its name; only the entry was left.
    await inspectQuarantine(job.host, { ...asked, settle: ['drop_entry', 'drop_partial'] })
    return { state: 'applied', evidence: evidenceOf(record) }
  },
}
