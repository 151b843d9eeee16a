import { readdirSync, readlinkSync, statSync } from 'node:fs'
import { arguments_, pids, readProc, readStat, type ProcessStat } from '../process/proc.ts'
import { readableCommand } from '../process/command-line.ts'

export interface RunningCopy {
  readonly stat: ProcessStat
  /** `executable`: it runs it; `mapped`: a library or a part of it; `writing`: it holds it open to write. */
  readonly as: 'executable' | 'mapped' | 'writing'
}

/** Maps name a device in another way than stat does on some file systems, so that a hit by inode is checked by the map's own file. */
const maps = (pid: number, device: bigint, inode: bigint): boolean => {
  const text = readProc(`${pid}/maps`)
  if (text?.includes(` ${inode} `) !== true) return false
  for (const line of text.split('\n')) {
    const [range, , , , found] = line.split(/ +/, 5)
    if (found !== String(inode) || range === undefined) continue
    try {
      const stats = statSync(`/proc/${pid}/map_files/${range}`, { bigint: true })
      if (stats.dev === device && stats.ino === inode) return true
    } catch {
      // It ended, or unmapped it.
    }
  }
  return false
}

const writes = (pid: number, device: bigint, inode: bigint): boolean => {
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      if (!readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('/')) continue
      const stats = statSync(`/proc/${pid}/fd/${fd}`, { bigint: true })
      if (stats.dev !== device || stats.ino !== inode) continue
      const flags = /^flags:\s+0?(\d+)/m.exec(readProc(`${pid}/fdinfo/${fd}`) ?? '')?.[1]
      if (flags !== undefined && (Number.parseInt(flags, 8) & 3) !== 0) return true
    }
  } catch {
    // It ended.
  }
  return false
}

/** Who uses a file right now, other than we. Finds what began before; a new one may begin until the name is gone. */
export const runningCopies = (device: bigint, inode: bigint): RunningCopy[] =>
  pids().flatMap((pid): RunningCopy[] => {
    if (pid === process.pid) return []
    let as: RunningCopy['as'] | null = null
    try {
      const exe = statSync(`/proc/${pid}/exe`, { bigint: true })
      if (exe.dev === device && exe.ino === inode) as = 'executable'
    } catch {
      return []
    }
    as ??= maps(pid, device, inode) ? 'mapped' : writes(pid, device, inode) ? 'writing' : null
    const stat = as === null ? null : readStat(pid)
    return as === null || stat === null ? [] : [{ stat, as }]
  })

export const describeCopy = ({ stat, as }: RunningCopy) => ({
  pid: stat.pid,
  startTime: stat.startTime,
  name: stat.name,
  command: readableCommand(arguments_(stat.pid), 200),
  as,
})
