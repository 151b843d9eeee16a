import type { LiveQuery } from '@riposte/contract'

export type LiveRow = Readonly<Record<string, unknown>>

export interface LiveAct {
  readonly label: string
  /** Response type and its parameters. */
  readonly type: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** Why it cannot be done; null: it can. */
  readonly whyNot: string | null
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
      ['pid', 'PID', '4rem'],
      ['ppid', 'Parent', '4rem'],
      ['user', 'User', '5rem'],
      ['name', 'Name', '7rem'],
      ['command', 'Command', 'minmax(12rem, 1fr)'],
      ['cpuPercent', 'CPU %', '4rem'],
      ['memoryBytes', 'Memory', '5rem'],
      ['startedAt', 'Started', '5rem'],
    ],
  },
  sessions: {
    title: 'Sessions',
    empty: 'Nobody is signed in',
    columns: [
      ['id', 'Session', '7rem'],
      ['user', 'User', '9rem'],
      ['tty', 'Terminal', '7rem'],
      ['remote', 'From', 'minmax(9rem, 1fr)'],
      ['since', 'Since', '7rem'],
      ['processes', 'Processes', '6rem'],
    ],
  },
  connections: {
    title: 'Connections',
    empty: 'The host reports no connections',
    columns: [
      ['protocol', 'Protocol', '5rem'],
      ['state', 'State', '8rem'],
      ['localAddress', 'Local', 'minmax(9rem, 1fr)'],
      ['localPort', 'Port', '4.5rem'],
      ['remoteAddress', 'Remote', 'minmax(9rem, 1fr)'],
      ['remotePort', 'Port', '4.5rem'],
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
      ['user', 'Owner', '7rem'],
      ['mode', 'Mode', '5rem'],
      ['sha256', 'SHA-256', 'minmax(9rem, 1fr)'],
      ['at', 'Since', '7rem'],
    ],
  },
}

const textOf = (row: LiveRow, name: string): string | null => {
  const value = row[name]
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : null
}

const shownAs: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }
/** What would break a row, hide, or turn the text around: line ends, control characters, direction marks. */
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu
const readable = (text: string): string =>
  text.replaceAll(
    unseen,
    (character) => shownAs[character] ?? `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )

/** How a cell is shown: words as they are, what cannot be seen as an escape, the rest as JSON. */
export const cellText = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return readable(value)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : JSON.stringify(value)
}

const nobody = new Set(['0.0.0.0', '::', '::1'])

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
        parameters: { user, session: textOf(row, 'id') },
        whyNot: row['agent'] === true ? 'The agent itself runs in this session' : null,
      }
    }
    case 'connections': {
      const address = textOf(row, 'remoteAddress')
      if (address === null || nobody.has(address) || address.startsWith('127.')) return null
      return { label: 'Block…', type: 'block_ip', parameters: { address }, whyNot: null }
    }
    case 'quarantine': {
      const quarantine = textOf(row, 'quarantine')
      return quarantine === null
        ? null
        : { label: 'Restore…', type: 'restore_file', parameters: { quarantine }, whyNot: null }
    }
    case 'containment':
      return null
  }
}

/** Pins the identity that was seen: a process that took the number since is left alone. */
function killOf(row: LiveRow): LiveAct | null {
  const pid = row['pid']
  if (typeof pid !== 'number') return null
  return {
    label: 'Kill…',
    type: 'kill_process',
    parameters: { pid, identity: row['identity'] ?? null },
    whyNot: textOf(row, 'protected'),
  }
}

const hidden = ['identity', 'protected', 'agent', 'exe', 'quarantine', 'source']

/** Which columns stand in the table: those that are known and told, then others that hold short values. */
export function columnsOf(query: LiveQuery, rows: readonly LiveRow[]): (readonly [string, string, string])[] {
  const told = new Set(rows.slice(0, 50).flatMap((row) => Object.keys(row)))
  const known = liveTables[query].columns.filter(([name]) => told.has(name))
  const named = new Set([...known.map(([name]) => name), ...hidden])
  const others = [...told].filter((name) => !named.has(name)).slice(0, known.length === 0 ? 8 : 0)
  return [...known, ...others.map((name) => [name, name, 'minmax(7rem, 1fr)'] as const)]
}
