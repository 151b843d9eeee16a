import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** One line of /proc/PID/stat, as far as it matters here. */
export interface ProcessStat {
  readonly pid: number
  /** Up to 15 bytes that the process itself may choose: never a proof of what it is. */
  readonly name: string
  /** `R S D Z T t X I`. */
  readonly state: string
  readonly ppid: number
  readonly pgrp: number
  readonly session: number
  /** 0 without a controlling terminal. */
  readonly tty: number
  readonly kernelThread: boolean
  readonly cpuTicks: number
  /** Clock ticks since boot, as the kernel writes it. */
  readonly startTime: string
  readonly rssPages: number
}

/** USER_HZ: what Linux shows to programs on every architecture that Node runs on. */
export const ticksPerSecond = 100
const kernelThreadFlag = 0x0020_0000

export const parseStat = (text: string): ProcessStat | null => {
  // The name stands in brackets and may hold brackets and blanks itself: the last bracket ends it.
  const open = text.indexOf('(')
  const close = text.lastIndexOf(')')
  if (open < 0 || close < open) return null
  const fields = text
    .slice(close + 2)
    .trim()
    .split(' ')
  const number = (index: number): number => Number(fields[index] ?? 0)
  const [state, startTime] = [fields[0], fields[19]]
  if (state === undefined || startTime === undefined) return null
  return {
    pid: Number(text.slice(0, open)),
    name: text.slice(open + 1, close),
    state,
    ppid: number(1),
    pgrp: number(2),
    session: number(3),
    tty: number(4),
    kernelThread: (number(6) & kernelThreadFlag) !== 0,
    cpuTicks: number(11) + number(12),
    startTime,
    rssPages: number(21),
  }
}

/** What a file of /proc says; null when the process is gone or does not let us. */
export const readProc = (path: string): string | null => {
  try {
    return readFileSync(`/proc/${path}`, 'utf8')
  } catch {
    return null
  }
}

export const readStat = (pid: number): ProcessStat | null => {
  const text = readProc(`${pid}/stat`)
  return text === null ? null : parseStat(text)
}

export const pids = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)

/** Every process, without those that ended while we looked. */
export const allStats = (): ProcessStat[] =>
  pids().flatMap((pid) => {
    const stat = readStat(pid)
    return stat === null ? [] : [stat]
  })

/** Dead, though its parent has not looked yet. */
export const isDead = (stat: ProcessStat): boolean => stat.state === 'Z' || stat.state === 'X'
export const isStopped = (stat: ProcessStat): boolean => stat.state === 'T' || stat.state === 't'

/** That very process, alive; null when its number is free, belongs to another one now, or it is dead. */
export const sameAlive = (process: { readonly pid: number; readonly startTime: string }): ProcessStat | null => {
  const stat = readStat(process.pid)
  return stat?.startTime === process.startTime && !isDead(stat) ? stat : null
}

export const bootId = (): string => (readProc('sys/kernel/random/boot_id') ?? '').trim()

/** Ticks since boot, comparable to a start time. */
export const ticksNow = (): number => Math.floor(Number((readProc('uptime') ?? '0').split(' ')[0]) * ticksPerSecond)

/** Unix milliseconds at which the host started, by the clock that is passed in. */
export const bootedAt = (now: number): number => now - (ticksNow() * 1_000) / ticksPerSecond

/** Where the executable lies, without the kernel's mark for a removed file; null for kernel threads. */
export const exePath = (pid: number): string | null => {
  try {
    return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '')
  } catch {
    return null
  }
}

/** Arguments, as the process left them in its memory. */
export const arguments_ = (pid: number): string[] => {
  const text = readProc(`${pid}/cmdline`)
  return text === null || text === '' ? [] : text.replace(/\0+$/, '').split('\0')
}

/** Real user id; null when gone. */
export const realUid = (pid: number): number | null => {
  const found = /^Uid:\s+(\d+)/m.exec(readProc(`${pid}/status`) ?? '')
  return found === null ? null : Number(found[1])
}

/** Login user id that the audit system sets at login and that stays through su and sudo; null without one. */
export const loginUid = (pid: number): number | null => {
  const text = readProc(`${pid}/loginuid`)?.trim()
  return text === undefined || text === '' || text === '4294967295' ? null : Number(text)
}
