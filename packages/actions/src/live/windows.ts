import * as z from 'zod'
import { listWindowsVault } from '../files/windows-vault.ts'
import type { Host } from '../host.ts'
import { readableCommand } from '../process/command-line.ts'
import { runPowerShell } from '../process/power-shell.ts'
import { bootIdOf, isoOfMicros, protectorOnWindows, readWindowsTable } from '../process/windows-processes.ts'
import { parseQuser } from '../sessions/windows-sessions.ts'

// Held against recorded answers; it has not run on a real Windows.

type Row = Record<string, unknown>

export const windowsProcesses = async (host: Host): Promise<Row[]> => {
  const table = await readWindowsTable(host)
  const why = protectorOnWindows(host, table)
  const bootId = bootIdOf(table.bootAt)
  return table.processes.map((row) => {
    const lived = row.startTime === null ? null : BigInt(table.now) - BigInt(row.startTime)
    return {
      pid: row.pid,
      ppid: row.ppid,
      user: row.user,
      name: row.name,
      command: readableCommand((row.command ?? '').split(' '), 200),
      exe: row.exe,
      state: null,
      cpuPercent: lived === null || lived <= 0n ? null : Number((BigInt(row.cpu) * 100n) / lived) / 10,
      memoryBytes: row.memoryBytes,
      startedAt: row.startTime === null ? null : isoOfMicros(row.startTime),
      identity: row.startTime === null ? null : { bootId, startTime: row.startTime, exeSha256: null },
      protected: why(row),
    }
  })
}

export const windowsSessions = async (host: Host): Promise<Row[]> => {
  const { stdout } = await host.run('quser.exe', [])
  const { processes } = await readWindowsTable(host)
  const agent = processes.find((row) => row.pid === host.pid)
  return parseQuser(stdout).map((session) => ({
    id: session.id,
    user: session.user,
    tty: session.name,
    remote: null,
    // Windows tells it in the words of its own language.
    since: null,
    processes: processes.filter((row) => String(row.session) === session.id).length,
    source: 'quser',
    agent: session.own || (agent !== undefined && String(agent.session) === session.id),
  }))
}

const Socket = z.object({
  protocol: z.enum(['tcp', 'udp']),
  localAddress: z.string(),
  localPort: z.number(),
  remoteAddress: z.string().nullable(),
  remotePort: z.number().nullable(),
  state: z.string(),
  pid: z.number(),
  process: z.string().nullable(),
})

const script = `# list connections
$names = @{}
foreach ($one in Get-Process) { $names[[int]$one.Id] = $one.ProcessName }
$rows = @(Get-NetTCPConnection | Select-Object -First 3000 | ForEach-Object { @{ protocol = 'tcp'; localAddress = $_.LocalAddress; localPort = [int]$_.LocalPort;
  remoteAddress = $_.RemoteAddress; remotePort = [int]$_.RemotePort; state = [string]$_.State; pid = [int64]$_.OwningProcess; process = $names[[int]$_.OwningProcess] } })
$rows += @(Get-NetUDPEndpoint | Select-Object -First 1000 | ForEach-Object { @{ protocol = 'udp'; localAddress = $_.LocalAddress; localPort = [int]$_.LocalPort;
  remoteAddress = $null; remotePort = $null; state = 'Bound'; pid = [int64]$_.OwningProcess; process = $names[[int]$_.OwningProcess] } })
Say @{ sockets = @($rows) }
`

/** In the words that Linux has for them. */
const states: Readonly<Record<string, string>> = {
  Listen: 'listening',
  Established: 'established',
  SynSent: 'syn_sent',
  SynReceived: 'syn_received',
  FinWait1: 'fin_wait_1',
  FinWait2: 'fin_wait_2',
  TimeWait: 'time_wait',
  Closed: 'closed',
  CloseWait: 'close_wait',
  LastAck: 'last_ack',
  Closing: 'closing',
  Bound: 'bound',
}

export const windowsConnections = async (host: Host): Promise<Row[]> =>
  (await runPowerShell(host, script, null, z.object({ sockets: z.array(Socket) }))).sockets.map((socket) => ({
    ...socket,
    remoteAddress: socket.remotePort === 0 ? null : socket.remoteAddress,
    remotePort: socket.remotePort === 0 ? null : socket.remotePort,
    state: Object.hasOwn(states, socket.state) ? states[socket.state] : 'unknown',
  }))

export const windowsQuarantine = async (host: Host): Promise<Row[]> =>
  (await listWindowsVault(host)).map((record) => ({
    quarantine: record.actionId,
    path: record.path,
    sha256: record.sha256,
    size: record.size,
    // The owner by the number that Windows knows it by.
    user: /^O:([A-Z]{2}|S-[\d-]{1,180})/.exec(record.sddl)?.[1] ?? null,
    mode: null,
    at: record.at,
  }))
