import { appendFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { randomUUID } from 'node:crypto'
import type { IncidentReport } from '@riposte/contract'
import { makeFolder } from '../make-folder.ts'
import type { Timings } from '../timings.ts'
import type { UplinkOptions, UplinkStatus } from '../uplink.ts'
import { adoptFolders, freeFolder, probeFolder } from './adopt.ts'
import { memoryQueue } from './memory-queue.ts'
import { ownIncident } from './own-incident.ts'
import type { Segments, Waiting } from './segments.ts'
import { openSegments } from './segments.ts'

export interface Spool {
  /** Tries the folder and takes over what dead processes left. */
  open(): void
  append(incident: IncidentReport, sync: boolean): void
  waiting(maxRecords: number, maxBytes: number): Waiting | null
  /** Keeps, for a person to look at, a record that the control plane will never take. */
  reject(json: string, why: string): void
  /** Marks the own folders as in use, adopts abandoned ones. */
  keepAlive(): void
  countSent(records: number): void
  status(): UplinkStatus['spool']
  close(): void
}

const maxMemoryBytes = 8 * 1024 * 1024
const maxRejectedBytes = 8 * 1024 * 1024
/** One record; larger ones lose their stack and metadata. */
const maxRecordBytes = 512 * 1024

/** The durable outbox of one process: its own folder, those it adopted, and memory for when the disk refuses. */
export function createSpool(options: {
  readonly dataDir: string | null
  readonly maxBytes: number
  readonly timings: Timings
  readonly log: UplinkOptions['log']
  readonly describe: UplinkOptions['describe']
  readonly clock: () => number
}): Spool {
  const { log, timings } = options
  const spoolDir = options.dataDir === null ? null : path.join(options.dataDir, 'spool')
  const memory = memoryQueue(Math.min(maxMemoryBytes, options.maxBytes))
  let own: Segments | null = null
  let adopted: Segments[] = []
  let problem: string | null = null
  let sent = 0
  let rejected = 0
  let lostInAll = 0
  /** What the running loss has cost, told in one incident whose count rises. */
  let loss: { id: string; since: string; count: number; told: number; byProtection: Record<string, number> } | null =
    null

  const diskBytes = () => [...(own ? [own] : []), ...adopted].reduce((sum, segments) => sum + segments.bytes(), 0)

  function note(what: string, error: unknown): void {
    const text = `${what}: ${(error as Error).message}`
    if (problem !== text) log('warning', text)
    problem = text
  }

  function openFolder(folder: string): Segments {
    const name = path.basename(folder)
    return openSegments(folder, {
      fsyncMs: timings.fsyncMs,
      keepAside: path.join(path.dirname(folder), `damaged-${name}`),
      setAside: (line, from) => {
        const file = path.join(path.dirname(folder), `damaged-${name}-${path.basename(from)}`)
        appendFileSync(file, Buffer.concat([line, Buffer.from('\n')]), { mode: 0o600 })
      },
    })
  }

  function adopt(folder: string): void {
    if (spoolDir === null) return
    const fileTime = probeFolder(folder)
    for (const claimed of adoptFolders(spoolDir, { abandonedMs: timings.abandonedMs, now: () => fileTime })) {
      try {
        const segments = openFolder(claimed)
        if (segments.count() === 0 && segments.bytes() === 0) segments.close()
        else {
          adopted.push(segments)
          log('info', 'took over the spool of a process that ended', { folder: claimed, incidents: segments.count() })
        }
      } catch (error) {
        note('a spool that was left behind cannot be read', error)
      }
    }
  }

  /** False: neither disk nor memory has room. */
  function keep(json: string, sync: boolean, mayExceed: boolean): boolean {
    if (spoolDir !== null) {
      const isFull = diskBytes() + json.length > options.maxBytes
      if (isFull && !mayExceed) return false
      try {
        if (own && !own.isThere()) own = null
        own ??= openFolder(freeFolder(spoolDir))
        own.append(json, sync)
        problem = null
        return true
      } catch (error) {
        note('incidents wait in memory, since the spool cannot be written', error)
      }
    }
    return memory.append(json)
  }

  function lose(incident: IncidentReport): void {
    lostInAll += incident.count
    loss ??= {
      id: randomUUID(),
      since: new Date(options.clock()).toISOString(),
      count: 0,
      told: 0,
      byProtection: {},
    }
    loss.count += incident.count
    loss.byProtection[incident.protection] = (loss.byProtection[incident.protection] ?? 0) + incident.count
    // Told at 1, 2, 4, 8 …: the spool is full, so the telling must stay small.
    if (loss.count >= loss.told * 2) tellLoss()
  }

  function tellLoss(): void {
    if (!loss || loss.told === loss.count) return
    const self = options.describe()
    const incident = ownIncident({
      id: loss.id,
      at: loss.since,
      count: loss.count,
      environment: self.environment,
      appVersion: self.app.version,
      severity: 'high',
      reason: `${loss.count} incidents were counted but not kept: the spool is full (${options.maxBytes} bytes).`,
      metadata: { lost: loss.count, byProtection: loss.byProtection },
    })
    if (loss.told === 0)
      log('error', 'the spool is full: incidents are only counted from now on', { maxBytes: options.maxBytes })
    keep(JSON.stringify(incident), false, true)
    loss.told = loss.count
  }

  function tellDamage(records: number): void {
    const self = options.describe()
    log('error', 'damaged records of the spool were set aside', { records, folder: spoolDir })
    const incident = ownIncident({
      at: new Date(options.clock()).toISOString(),
      count: records,
      environment: self.environment,
      appVersion: self.app.version,
      severity: 'medium',
      reason: `${records} damaged records of the incident spool could not be read and were set aside.`,
      metadata: { damaged: records },
    })
    keep(JSON.stringify(incident), false, true)
  }

  return {
    open() {
      if (spoolDir === null) return
      try {
        makeFolder(spoolDir)
        adopt(spoolDir)
      } catch (error) {
        note('incidents wait in memory, since the spool cannot be written', error)
      }
    },
    append(incident, sync) {
      let json = JSON.stringify(incident)
      if (json.length > maxRecordBytes)
        json = JSON.stringify({ ...incident, stack: [], metadata: { cut: 'the record was too large' } })
      if (json.length > maxRecordBytes || !keep(json, sync, false)) lose(incident)
      else if (loss) {
        tellLoss()
        loss = null
      }
    },
    waiting(maxRecords, maxBytes) {
      for (const source of [memory, ...(own ? [own] : []), ...adopted]) {
        try {
          const found = source.waiting(maxRecords, maxBytes)
          if (!found) continue
          if (found.damaged > 0) tellDamage(found.damaged)
          return found
        } catch (error) {
          note('the spool cannot be read', error)
        }
      }
      for (const segments of adopted) {
        try {
          segments.close()
        } catch (error) {
          note('an empty spool cannot be removed', error)
        }
      }
      adopted = []
      return null
    },
    reject(json, why) {
      rejected++
      log('error', 'the control plane rejected an incident for good', { why })
      if (spoolDir === null) return
      try {
        const file = path.join(spoolDir, 'rejected.jsonl')
        const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
        if (size < maxRejectedBytes)
          appendFileSync(file, `{"why":${JSON.stringify(why)},"incident":${json}}\n`, { mode: 0o600 })
      } catch (error) {
        note('a rejected incident cannot be set aside', error)
      }
    },
    keepAlive() {
      if (spoolDir === null) return
      for (const segments of [...(own ? [own] : []), ...adopted]) segments.touch()
      try {
        adopt(spoolDir)
      } catch (error) {
        note('the spool cannot be written', error)
      }
    },
    countSent: (records) => (sent += records),
    status: () => ({
      place: spoolDir !== null && problem === null ? 'disk' : 'memory',
      bytes: diskBytes() + memory.bytes(),
      waiting: (own?.count() ?? 0) + adopted.reduce((sum, segments) => sum + segments.count(), 0) + memory.count(),
      sent,
      rejected,
      lost: lostInAll,
      problem,
    }),
    close() {
      tellLoss()
      for (const segments of [...(own ? [own] : []), ...adopted]) {
        try {
          segments.close()
        } catch (error) {
          note('the spool cannot be closed', error)
        }
      }
      own = null
      adopted = []
    },
  }
}
