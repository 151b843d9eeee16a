import path from 'node:path'
import { ProgramMissing } from '../host.ts'
import type { ForensicItem } from './collect.ts'
import { Unavailable, type ItemWriter } from './item-writer.ts'
import { listFiles } from './walk-host.ts'

const mebibyte = 1_048_576
const exportMs = 300_000

const eventLogs = [
  'Security',
  'System',
  'Application',
  'Microsoft-Windows-PowerShell/Operational',
  'Microsoft-Windows-Sysmon/Operational',
  'Microsoft-Windows-TaskScheduler/Operational',
  'Microsoft-Windows-TerminalServices-LocalSessionManager/Operational',
  'Microsoft-Windows-Windows Defender/Operational',
]
const registryKeys = {
  'run-machine': 'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run',
  'run-once-machine': 'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\RunOnce',
  'run-user': 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run',
  services: 'HKLM\\SYSTEM\\CurrentControlSet\\Services',
  'image-options': 'HKLM\\Software\\Microsoft\\Windows NT\\CurrentVersion\\Image File Execution Options',
  winlogon: 'HKLM\\Software\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon',
  shimcache: 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\AppCompatCache',
}

/** A program that writes a file, and the file. */
async function exported(
  item: ItemWriter,
  name: string,
  program: string,
  argsFor: (file: string) => readonly string[],
): Promise<void> {
  const file = path.join(item.folder, name.replaceAll('/', '-'))
  const run = await item.host.run(program, argsFor(file), { timeoutMs: exportMs, signal: item.signal })
  if (run.code === 0) await item.file(name, file, { keep: 'head', limit: 256 * mebibyte })
  else item.problem(`${name}: ${program} ended with ${run.code ?? 'a signal'}: ${run.stderr.trim().slice(0, 120)}`)
}

const powerShell = (item: ItemWriter, name: string, command: string): Promise<void> =>
  item.command(name, 'powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', command], { timeoutMs: 120_000 })

/**
 * What can be collected on Windows, by its own programs. Held against recorded contracts of what each program is asked; it has not run
 * on a real Windows.
 */
export const windowsItems: readonly ForensicItem[] = [
  {
    id: 'processes',
    title: 'Process tree',
    profile: 'quick',
    collect: (item) =>
      powerShell(
        item,
        'processes.json',
        'Get-CimInstance Win32_Process | Select-Object ProcessId,ParentProcessId,Name,ExecutablePath,CommandLine,CreationDate | ConvertTo-Json -Compress',
      ),
  },
  {
    id: 'sockets',
    title: 'Sockets',
    profile: 'quick',
    collect: (item) => item.command('netstat.txt', 'netstat.exe', ['-ano']),
  },
  {
    id: 'open_files',
    title: 'Open files',
    profile: 'quick',
    collect: (item) => item.command('openfiles.txt', 'openfiles.exe', ['/query', '/fo', 'csv', '/v']),
  },
  {
    id: 'users',
    title: 'Users, groups and sessions',
    profile: 'quick',
    collect: async (item) => {
      await item.command('users.txt', 'net.exe', ['user'])
      await item.command('administrators.txt', 'net.exe', ['localgroup', 'Administrators'])
      await item.command('sessions.txt', 'quser.exe', []).catch((error: unknown) => {
        // Not there on the small editions.
        if (!(error instanceof ProgramMissing)) throw error
      })
    },
  },
  {
    id: 'schedules',
    title: 'Scheduled tasks',
    profile: 'quick',
    collect: (item) =>
      item.command('tasks.csv', 'schtasks.exe', ['/query', '/fo', 'csv', '/v'], { timeoutMs: 120_000 }),
  },
  {
    id: 'units',
    title: 'Services',
    profile: 'quick',
    collect: (item) => item.command('services.txt', 'sc.exe', ['queryex', 'state=', 'all']),
  },
  {
    id: 'kernel_modules',
    title: 'Drivers',
    profile: 'quick',
    collect: (item) => item.command('drivers.csv', 'driverquery.exe', ['/v', '/fo', 'csv']),
  },
  {
    id: 'packages',
    title: 'Installed programs',
    profile: 'standard',
    collect: (item) =>
      powerShell(
        item,
        'programs.json',
        'Get-ItemProperty HKLM:\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\* | Select-Object DisplayName,DisplayVersion,Publisher,InstallDate | ConvertTo-Json -Compress',
      ),
  },
  {
    id: 'event_logs',
    title: 'Event logs',
    profile: 'standard',
    collect: async (item) => {
      for (const log of eventLogs)
        await exported(item, `${log.replaceAll('/', '-')}.evtx`, 'wevtutil.exe', (file) => [
          'epl',
          log,
          file,
          '/ow:true',
        ])
    },
  },
  {
    id: 'prefetch',
    title: 'Prefetch',
    profile: 'standard',
    collect: async (item) => {
      const folder = 'C:\\Windows\\Prefetch'
      const files = (await listFiles(folder, { most: 1_000, depth: 0 })).filter(({ name }) => /\.pf$/i.test(name))
      if (files.length === 0) throw new Unavailable('There is no Prefetch folder, or it is off, as on servers')
      for (const file of files) await item.file(file.name, file.path, { keep: 'head' })
    },
  },
  {
    id: 'registry',
    title: 'Registry',
    profile: 'standard',
    collect: async (item) => {
      for (const [name, key] of Object.entries(registryKeys))
        await exported(item, `${name}.reg`, 'reg.exe', (file) => ['export', key, file, '/y'])
    },
  },
]
