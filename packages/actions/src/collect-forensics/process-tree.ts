import { readlink } from 'node:fs/promises'
import path from 'node:path'
import { readOr } from './walk-host.ts'

export interface ProcessRow {
  readonly pid: number
  readonly ppid: number
  readonly name: string
  readonly state: string
  /** Clock ticks after boot; with the pid, an identity. */
  readonly startTicks: string
  readonly uids: string
  readonly gids: string
  readonly exe: string | null
  readonly cwd: string | null
  readonly commandLine: string
}

export async function readProcess(proc: string, pid: string): Promise<ProcessRow | null> {
  const stat = await readOr(path.join(proc, pid, 'stat'), '')
  // The name may hold spaces and brackets: the last bracket ends it.
  const close = stat.lastIndexOf(')')
  if (close === -1) return null
  const rest = stat.slice(close + 2).split(' ')
  const status = await readOr(path.join(proc, pid, 'status'), '')
  const field = (name: string): string =>
    new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1]?.replaceAll('\t', ' ') ?? ''
  return {
    pid: Number(pid),
    ppid: Number(rest[1]),
    name: stat.slice(stat.indexOf('(') + 1, close),
    state: rest[0] ?? '',
    startTicks: rest[19] ?? '',
    uids: field('Uid'),
    gids: field('Gid'),
    exe: await readlink(path.join(proc, pid, 'exe')).catch(() => null),
    cwd: await readlink(path.join(proc, pid, 'cwd')).catch(() => null),
    commandLine: (await readOr(path.join(proc, pid, 'cmdline'), '')).replaceAll('\0', ' ').trim().slice(0, 8_192),
  }
}

/** Parents before children, each child indented under its parent. */
export function drawTree(rows: readonly Pick<ProcessRow, 'pid' | 'ppid' | 'name' | 'commandLine'>[]): string {
  const known = new Set(rows.map(({ pid }) => pid))
  const children = new Map<number, (typeof rows)[number][]>()
  for (const row of rows) {
    const parent = known.has(row.ppid) && row.ppid !== row.pid ? row.ppid : 0
    children.set(parent, [...(children.get(parent) ?? []), row])
  }
  const lines: string[] = []
  const waiting = (children.get(0) ?? []).map((row) => ({ row, depth: 0 })).reverse()
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { row, depth } = next
    lines.push(
      `${'  '.repeat(Math.min(depth, 60))}${row.pid} ${(row.commandLine || `[${row.name}]`).replace(/\p{Cc}/gu, ' ')}`,
    )
    for (const child of (children.get(row.pid) ?? []).reverse()) waiting.push({ row: child, depth: depth + 1 })
  }
  return `${lines.join('\n')}\n`
}
