import type { LiveQuery } from '@riposte/contract'
import { containment } from '../firewall/index.ts'
import { listEntries } from '../files/vault.ts'
import type { Host } from '../host.ts'
import { userName } from '../process/users.ts'
import { readSessions } from '../sessions/linux-sessions.ts'
import { readConnections } from './connections.ts'
import { mostRows, readProcesses } from './processes.ts'
import { windowsConnections, windowsProcesses, windowsQuarantine, windowsSessions } from './windows.ts'

type Row = Record<string, unknown>

const sessions = async (host: Host): Promise<Row[]> =>
  (await readSessions(host)).map((session) => ({
    id: session.id,
    user: userName(session.uid),
    tty: session.tty,
    remote: session.remote,
    since: session.since,
    processes: session.processes.length,
    source: session.source,
    agent: session.processes.some((stat) => stat.pid === host.pid),
  }))

const quarantine = async (host: Host): Promise<Row[]> =>
  (await listEntries(host)).map((record) => ({
    quarantine: record.actionId,
    path: record.path,
    sha256: record.sealed.sha256,
    size: record.sealed.size,
    user: userName(record.metadata.uid),
    mode: record.metadata.mode.toString(8).padStart(4, '0'),
    at: record.at,
  }))

/** What a person looks at while they decide. Nothing changes on the host, and no answer is longer than a message may be. */
export const readLive = async (host: Host, query: LiveQuery): Promise<Row[]> => {
  const windows = host.platform === 'windows'
  switch (query) {
    case 'processes':
      return windows ? (await windowsProcesses(host)).slice(0, mostRows) : readProcesses(host)
    case 'sessions':
      return (await (windows ? windowsSessions(host) : sessions(host))).slice(0, mostRows)
    case 'connections':
      return windows ? (await windowsConnections(host)).slice(0, mostRows) : readConnections()
    case 'containment':
      return [...(await containment(host))].slice(0, mostRows)
    case 'quarantine':
      return (await (windows ? windowsQuarantine(host) : quarantine(host))).slice(0, mostRows)
  }
}
