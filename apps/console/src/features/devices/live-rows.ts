import type { LiveQuery } from '@riposte/contract'

export type LiveRow = Readonly<Record<string, unknown>>

export interface LiveAct {
  readonly label: string
  /** Response type and its parameters. */
  readonly type: string
  readonly parameters: Readonly<Record<string, unknown>>
}

export interface LiveTable {
  readonly title: string
  readonly empty: string
  /** Shown first, in this order, with a width; what else a host tells follows. */
  readonly columns: readonly (readonly [name: string, header: string, width: string])[]
}

export const liveTables: Readonly<Record<LiveQuery, LiveTable>> = {
  processes: {
    title: 'Processes',
    empty: 'The host reports no processes',
    columns: [
      ['pid', 'PID', '5rem'],
      ['ppid', 'Parent', '5rem'],
      ['user', 'User', '7rem'],
      ['name', 'Name', '9rem'],
      ['command', 'Command', 'minmax(14rem, 1fr)'],
      ['startedAt', 'Started', '9rem'],
    ],
  },
  sessions: {
    title: 'Sessions',
    empty: 'Nobody is signed in',
    columns: [
      ['session', 'Session', '6rem'],
      ['user', 'User', '9rem'],
      ['tty', 'Terminal', '7rem'],
      ['from', 'From', 'minmax(9rem, 1fr)'],
      ['since', 'Since', '9rem'],
    ],
  },
  connections: {
    title: 'Connections',
    empty: 'The host reports no connections',
    columns: [
      ['protocol', 'Protocol', '5rem'],
      ['state', 'State', '8rem'],
      ['local', 'Local', 'minmax(10rem, 1fr)'],
      ['remote', 'Remote', 'minmax(10rem, 1fr)'],
      ['pid', 'PID', '5rem'],
      ['process', 'Process', '9rem'],
    ],
  },
  containment: { title: 'Containment', empty: 'Nothing is contained on this host', columns: [] },
  quarantine: {
    title: 'Quarantine',
    empty: 'The vault is empty',
    columns: [
      ['path', 'Path', 'minmax(14rem, 1fr)'],
      ['size', 'Bytes', '7rem'],
      ['sha256', 'SHA-256', 'minmax(9rem, 1fr)'],
      ['at', 'Since', '9rem'],
    ],
  },
}

const textOf = (row: LiveRow, ...names: readonly string[]): string | null => {
  for (const name of names) {
    const value = row[name]
    if (typeof value === 'string' && value !== '') return value
    if (typeof value === 'number') return String(value)
  }
  return null
}

/** How a cell is shown: words as they are, the rest as JSON. */
export const cellText = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : JSON.stringify(value)
}

/** An address with its port, without it. */
export function addressOf(endpoint: string): string {
  const bracketed = /^\[([^\]]+)\]/.exec(endpoint)?.[1]
  if (bracketed !== undefined) return bracketed
  return endpoint.split(':').length === 2 ? (endpoint.split(':')[0] ?? endpoint) : endpoint
}

/** What can be done with one row, aimed at exactly what it shows; null: nothing. */
export function actOn(query: LiveQuery, row: LiveRow): LiveAct | null {
  switch (query) {
    case 'processes':
      return killOf(row)
    case 'sessions': {
      const user = textOf(row, 'user')
      if (user === null) return null
      return {
        label: 'Reset…',
        type: 'reset_user_session',
        parameters: { user, session: textOf(row, 'session', 'id') },
      }
    }
    case 'connections': {
      const remote = textOf(row, 'remoteAddress', 'remote')
      const address = remote === null ? null : addressOf(remote)
      if (address === null || ['*', '0.0.0.0', '::', '127.0.0.1', '::1'].includes(address)) return null
      return { label: 'Block…', type: 'block_ip', parameters: { address } }
    }
    case 'quarantine': {
      const quarantine = textOf(row, 'quarantine', 'actionId', 'responseId', 'id')
      return quarantine === null ? null : { label: 'Restore…', type: 'restore_file', parameters: { quarantine } }
    }
    case 'containment':
      return null
  }
}

/** Pins the identity that was seen: a process that took the number since is left alone. */
function killOf(row: LiveRow): LiveAct | null {
  const pid = row['pid']
  if (typeof pid !== 'number' || pid <= 1) return null
  const told = row['identity']
  const identity =
    typeof told === 'object' && told !== null
      ? told
      : textOf(row, 'bootId') !== null && textOf(row, 'startTime') !== null
        ? {
            bootId: textOf(row, 'bootId'),
            startTime: textOf(row, 'startTime'),
            exeSha256: textOf(row, 'exeSha256'),
          }
        : null
  return { label: 'Kill…', type: 'kill_process', parameters: { pid, identity } }
}

/** Which columns stand in the table: those that are known and told, then others that hold short values. */
export function columnsOf(query: LiveQuery, rows: readonly LiveRow[]): (readonly [string, string, string])[] {
  const told = new Set(rows.slice(0, 50).flatMap((row) => Object.keys(row)))
  const known = liveTables[query].columns.filter(([name]) => told.has(name))
  const named = new Set([...known.map(([name]) => name), 'identity', 'bootId', 'startTime', 'exeSha256'])
  const others = [...told].filter((name) => !named.has(name)).slice(0, known.length === 0 ? 8 : 3)
  return [...known, ...others.map((name) => [name, name, 'minmax(7rem, 1fr)'] as const)]
}
