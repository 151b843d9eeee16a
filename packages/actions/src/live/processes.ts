import type { Host } from '../host.ts'
import { readableCommand } from '../process/command-line.ts'
import { exeSha256, knownSha256 } from '../process/identity.ts'
import { allStats, arguments_, bootedAt, bootId, exePath, realUid, ticksPerSecond } from '../process/proc.ts'
import { protector } from '../process/protection.ts'
import { userName } from '../process/users.ts'

const pageBytes = 4_096
export const mostRows = 4_000
/** Executables that were not hashed before are hashed for this long; the rest stays null until the next look. */
const hashWithinMs = 40

/** Every process with what a kill form needs to pin it. A command line is shortened, and masked where it names a secret. */
export const readProcesses = (host: Host): Record<string, unknown>[] => {
  const began = performance.now()
  const guard = protector(host)
  const boot = bootId()
  const booted = bootedAt(host.now())
  const uptimeTicks = ((host.now() - booted) * ticksPerSecond) / 1_000
  return allStats()
    .slice(0, mostRows)
    .map((stat) => {
      const uid = realUid(stat.pid)
      const lived = Math.max(1, uptimeTicks - Number(stat.startTime))
      const sha256 = knownSha256(stat.pid) ?? (performance.now() - began < hashWithinMs ? exeSha256(stat.pid) : null)
      return {
        pid: stat.pid,
        ppid: stat.ppid,
        user: uid === null ? null : userName(uid),
        name: stat.name,
        command: readableCommand(arguments_(stat.pid), 200),
        exe: exePath(stat.pid),
        state: stat.state,
        /** Of one processor, over its whole life. */
        cpuPercent: Math.round((stat.cpuTicks / lived) * 1_000) / 10,
        memoryBytes: stat.rssPages * pageBytes,
        startedAt: new Date(booted + (Number(stat.startTime) * 1_000) / ticksPerSecond).toISOString(),
        identity: { bootId: boot, startTime: stat.startTime, exeSha256: sha256 },
        protected: guard.why(stat),
      }
    })
}
