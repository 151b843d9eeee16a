import { pids, readProc, readStat } from '../process/proc.ts'
import { socketsOf } from '../sessions/linux-sessions.ts'

const states: Readonly<Record<string, string>> = {
  '01': 'established',
  '02': 'syn_sent',
  '03': 'syn_received',
  '04': 'fin_wait_1',
  '05': 'fin_wait_2',
  '06': 'time_wait',
  '07': 'closed',
  '08': 'close_wait',
  '09': 'last_ack',
  '0A': 'listening',
  '0B': 'closing',
  '0C': 'new_syn_received',
}

/** An address of /proc/net, words of 32 bits in the order of a little-endian machine, such as `0100007F:1F90`. */
export const parseSocketAddress = (text: string): { address: string; port: number } | null => {
  const [hex, port] = text.split(':')
  if (hex === undefined || !/^(?:[0-9A-F]{8}|[0-9A-F]{32})$/.test(hex)) return null
  if (port === undefined || !/^[0-9A-F]{4}$/.test(port)) return null
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, 'hex')].reverse())
  const v4 = bytes.length === 4 ? bytes : isMapped(bytes) ? bytes.slice(12) : null
  return { address: v4 === null ? v6(bytes) : v4.join('.'), port: Number.parseInt(port, 16) }
}

const isMapped = (bytes: readonly number[]): boolean =>
  bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255

/** Shortest form: the longest run of zeros is left out once. */
const v6 = (bytes: readonly number[]): string => {
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0))
  let [best, length] = [-1, 1]
  for (let start = 0; start < 8; start += 1) {
    let end = start
    while (end < 8 && groups[end] === 0) end += 1
    if (end - start > length) [best, length] = [start, end - start]
  }
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':')
  return best < 0 ? hex(groups) : `${hex(groups.slice(0, best))}::${hex(groups.slice(best + length))}`
}

const mostRows = 4_000

/** Sockets of the agent's network with the process that holds each, where one does. */
export const readConnections = (): Record<string, unknown>[] => {
  const owners = new Map<string, number>()
  for (const pid of pids()) for (const inode of socketsOf(pid)) if (!owners.has(inode)) owners.set(inode, pid)
  return ['tcp', 'tcp6', 'udp', 'udp6']
    .flatMap((protocol) =>
      (readProc(`self/net/${protocol}`) ?? '')
        .split('\n', mostRows + 1)
        .slice(1)
        .flatMap((line) => {
          const fields = line.trim().split(/\s+/)
          const [local, remote] = [parseSocketAddress(fields[1] ?? ''), parseSocketAddress(fields[2] ?? '')]
          if (local === null || remote === null) return []
          const pid = owners.get(fields[9] ?? '') ?? null
          return [
            {
              protocol: protocol.slice(0, 3),
              localAddress: local.address,
              localPort: local.port,
              remoteAddress: remote.port === 0 ? null : remote.address,
              remotePort: remote.port === 0 ? null : remote.port,
              // A datagram socket has no state of its own: bound is all that it is.
              state: protocol.startsWith('udp') ? 'bound' : (states[fields[3] ?? ''] ?? 'unknown'),
              pid,
              process: pid === null ? null : (readStat(pid)?.name ?? null),
            },
          ]
        }),
    )
    .slice(0, mostRows)
}
