import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

const ticksPerSecond = 100

/** Megabytes that a process holds now. */
export function rssMb(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(line?.[1] ?? 0) / 1024
}

const cpuSeconds = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** Percent of one core that processes used, each, while we waited. */
export async function cpuPercent(pids: readonly number[], seconds: number): Promise<number[]> {
  const before = pids.map(cpuSeconds)
  const began = performance.now()
  await delay(seconds * 1_000)
  const passed = (performance.now() - began) / 1_000
  return pids.map((pid, index) => ((cpuSeconds(pid) - (before[index] ?? 0)) / passed) * 100)
}

/** Processes whose command line holds all of these. */
export const findProcesses = (...parts: readonly string[]): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
        return parts.every((part) => words.some((word) => word === part || word.endsWith(part)))
      } catch {
        return false
      }
    })
