import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  unlinkSync,
  type BigIntStats,
} from 'node:fs'
import { createHash, randomBytes } from 'node:crypto'
import { open, stat } from 'node:fs/promises'
import type * as z from 'zod'
import {
  ActionFailure,
  type Evidence,
  type Executor,
  type Job,
  type Reconciled,
  type Verdict,
  type Watched,
} from '../executor.ts'
import { pathProblem } from '../files/absolute-path.ts'
import { isSparse, readMetadata } from '../files/metadata.ts'
import { whyProtected } from '../files/protected-files.ts'
import { describeCopy, runningCopies } from '../files/running-copies.ts'
import { ChangedWhileRead, NotWhole, seal, unseal, type SealedLayout } from '../files/sealed-copy.ts'
import {
  contentOf,
  draftEntry,
  dropPartial,
  entryProblem,
  readEntry,
  removeEntry,
  requireRoom,
  type VaultRecord,
} from '../files/vault.ts'
import { asFailure, byHandle, look, openRegular, readUnseen, walkToParent, type Place } from '../files/walk.ts'
import { endNoteOf, endProcesses, settleEnd } from '../process/end-processes.ts'
import { protector } from '../process/protection.ts'
import { unavailableOnLinux } from '../process/unavailable.ts'
import type { quarantineFile } from './spec.ts'

type Parameters = z.output<(typeof quarantineFile)['parameters']>

/** A file that is being written is read again this often. */
const attempts = 3

/** Same bytes as far as the kernel tells: it moves the time of change on every write. */
const unchanged = (before: BigIntStats, now: BigIntStats): boolean =>
  before.dev === now.dev && before.ino === now.ino && before.size === now.size && before.mtimeNs === now.mtimeNs

/** Where the file stands between leaving its name and being removed, in the same folder. */
const asideOf = (place: Place, actionId: string): Place => ({ ...place, name: `.riposte-quarantine-${actionId}` })

const syncParent = (place: Place): void => {
  // The folder is held by a handle that cannot be synced; its own name leads to one that can.
  const folder = openSync(byHandle(place.parent, '.'), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/** Puts a file back under its name if nothing else has taken it. */
const putBack = (aside: Place, place: Place): void => {
  linkSync(byHandle(aside.parent, aside.name), byHandle(place.parent, place.name))
  unlinkSync(byHandle(aside.parent, aside.name))
}

/** A verified copy in the vault; nothing happened to the file. */
const copyToVault = async (
  job: Job<Parameters>,
  fd: number,
  place: Place,
): Promise<{ record: VaultRecord; stats: BigIntStats }> => {
  const { host, actionId, parameters } = job
  const source = await open(byHandle(fd), readUnseen)
  try {
    for (let attempt = 1; ; attempt += 1) {
      const stats = fstatSync(fd, { bigint: true })
      const metadata = await readMetadata(host, fd, stats)
      requireRoom(host, Math.min(Number(stats.size), Number(stats.blocks) * 512) * (1 + 1 / 100_000))
      const draft = await draftEntry(host, actionId)
      try {
        const size = Number(stats.size)
        const sealed: SealedLayout = await seal(source, draft.content, {
          size,
          sparse: isSparse(stats),
          key: randomBytes(32),
          signal: job.signal,
        })
        if (!unchanged(stats, fstatSync(fd, { bigint: true }))) throw new ChangedWhileRead('The file changed')
        if (parameters.sha256 !== null && sealed.sha256 !== parameters.sha256)
          throw new ActionFailure(
            'precondition_changed',
            `The file's SHA-256 is ${sealed.sha256} and not what was asked for; it was left where it is.`,
            { sha256: sealed.sha256 },
          )
        await draft.content.sync()
        // Read back: what the tags vouch for is what was hashed.
        await unseal(draft.content, sealed, () => undefined, job.signal)
        const record: VaultRecord = {
          version: 1,
          actionId,
          path: place.path,
          at: new Date(host.now()).toISOString(),
          device: String(stats.dev),
          inode: String(stats.ino),
          sealed,
          metadata,
        }
        await draft.finish(record)
        return { record, stats }
      } catch (error) {
        await draft.drop()
        if (!(error instanceof ChangedWhileRead)) throw error
        if (attempt === attempts)
          throw new ActionFailure(
            'precondition_changed',
            `${place.path} is being written to; end what writes it, or ask to kill what runs from it.`,
            { users: runningCopies(stats.dev, stats.ino).map(describeCopy) },
          )
      }
    }
  } finally {
    await source.close()
  }
}

/**
 * Takes the name away and nothing else: the file is moved aside first, where it is looked at again. A move is one step of the kernel, so
 * what is looked at is what was moved; something that was put in its place meanwhile goes back.
 */
const takeName = (place: Place, actionId: string, stats: BigIntStats): void => {
  const aside = asideOf(place, actionId)
  renameSync(byHandle(place.parent, place.name), byHandle(aside.parent, aside.name))
  const moved = look(aside)
  if (moved === null || !unchanged(stats, moved)) {
    if (moved !== null) putBack(aside, place)
    throw new ActionFailure(
      'precondition_changed',
      `Something else stands at ${place.path} now, or it was written to; it was left there. Look at it, then ask again.`,
    )
  }
  unlinkSync(byHandle(aside.parent, aside.name))
  syncParent(place)
}

const killCopies = async (job: Job<Parameters>, device: bigint, inode: bigint): Promise<Evidence[]> => {
  const killed: Evidence[] = []
  // New ones cannot begin once the name is gone; what one of them started before is found in the second round.
  for (let round = 0; round < 3; round += 1) {
    const copies = runningCopies(device, inode)
    if (copies.length === 0) break
    const { ended } = await endProcesses(job.host, {
      roots: copies.map((copy) => copy.stat),
      tree: false,
      note: (note) => job.note({ ...note, processes: note.processes.map((one) => ({ ...one })) }),
      signal: job.signal,
    })
    killed.push(...ended.map((one) => ({ ...one })))
  }
  return killed
}

const evidenceOf = (record: VaultRecord, more: Evidence): Evidence => ({
  path: record.path,
  sha256: record.sealed.sha256,
  size: record.sealed.size,
  inode: record.inode,
  metadata: { ...record.metadata, attributes: Object.keys(record.metadata.attributes ?? {}) },
  otherLinks: record.metadata.links - 1,
  gone: true,
  ...more,
})

const execute = async (job: Job<Parameters>): Promise<Evidence> => {
  const { host, actionId, parameters } = job
  const problem = pathProblem(parameters.path)
  if (problem !== null)
    throw new ActionFailure(problem.code === 'protected_target' ? 'protected_target' : 'unsupported', problem.message)
  const place = walkToParent(parameters.path)
  let fd: number | null = null
  try {
    const opened = openRegular(place)
    fd = opened.fd
    const why = whyProtected(host, place.path, opened.stats)
    if (why !== null) throw new ActionFailure('protected_target', `${place.path} is protected. ${why}`)
    const { dev, ino } = opened.stats
    const running = runningCopies(dev, ino)
    if (parameters.killRunning) {
      const guard = protector(host)
      const kept = running.find((copy) => guard.why(copy.stat) !== null)
      if (kept !== undefined)
        throw new ActionFailure(
          'protected_target',
          `Process ${kept.stat.pid} (${kept.stat.name}) runs from it and may not be killed. ${guard.why(kept.stat) ?? ''}`,
        )
    }
    await job.note({ stage: 'copying', device: String(dev), inode: String(ino) })
    const { record, stats } = await copyToVault(job, fd, place)
    try {
      await job.note({ stage: 'moving', device: String(dev), inode: String(ino), sha256: record.sealed.sha256 })
      takeName(place, actionId, stats)
    } catch (error) {
      // The file is where it was: only then the copy goes.
      if (look(place) !== null && look(asideOf(place, actionId)) === null) await removeEntry(host, actionId)
      throw error
    }
    const killed = parameters.killRunning ? await killCopies(job, dev, ino) : []
    return evidenceOf(record, { running: running.map(describeCopy), killed, occupied: look(place) !== null })
  } catch (error) {
    throw job.signal.aborted && !(error instanceof ActionFailure)
      ? new ActionFailure('timed_out', `${place.path} was left where it is: there was not enough time to copy it.`)
      : asFailure(error, place.path)
  } finally {
    if (fd !== null) closeSync(fd)
    closeSync(place.parent)
  }
}

const withPlace = async <T>(path: string, use: (place: Place | null) => Promise<T>): Promise<T> => {
  let place: Place | null = null
  try {
    place = walkToParent(path)
  } catch (error) {
    if (!(error instanceof ActionFailure)) throw error
  }
  try {
    return await use(place)
  } finally {
    if (place !== null) closeSync(place.parent)
  }
}

const verify = async (job: Job<Parameters>): Promise<Verdict> => {
  const record = await readEntry(job.host, job.actionId)
  if (record === null)
    return { result: 'inconclusive', detail: 'It was restored, or the vault has no entry of it.', evidence: {} }
  const problem = await entryProblem(job.host, record, job.signal)
  const back = await comesBack(record)
  if (problem !== null)
    return { result: 'failed', detail: `At ${record.path} nothing is wrong, but ${problem}.`, evidence: {} }
  if (back !== 'nothing')
    return {
      result: back === 'same' ? 'failed' : 'passed',
      detail:
        back === 'same'
          ? `The same bytes are at ${record.path} again; end what puts them there.`
          : `The file is in the vault; something else stands at ${record.path} now.`,
      evidence: { occupied: true },
    }
  return {
    result: 'passed',
    detail: `Nothing is at ${record.path}; the copy in the vault is whole and cannot run.`,
    evidence: { sha256: record.sealed.sha256 },
  }
}

const judged = new Map<string, 'same' | 'other'>()

/** What stands at the path. Bytes are read once per version of a file of that size, so that looking every few seconds costs nothing. */
const comesBack = (record: VaultRecord): Promise<'nothing' | 'same' | 'other'> =>
  withPlace(record.path, async (place) => {
    const stats = place === null ? null : look(place)
    if (place === null || stats === null) return 'nothing'
    if (!stats.isFile() || stats.size !== BigInt(record.sealed.size)) return 'other'
    const version = `${record.sealed.sha256}:${stats.dev}:${stats.ino}:${stats.mtimeNs}:${stats.ctimeNs}`
    const known = judged.get(version)
    if (known !== undefined) return known
    const { fd } = openRegular(place)
    try {
      const hash = createHash('sha256')
      const file = await open(byHandle(fd), readUnseen)
      for await (const chunk of file.createReadStream()) hash.update(chunk as Buffer)
      const verdict = hash.digest('hex') === record.sealed.sha256 ? 'same' : 'other'
      if (judged.size > 1_000) judged.clear()
      judged.set(version, verdict)
      return verdict
    } finally {
      closeSync(fd)
    }
  })

/**
 * A file that comes back is reported and left: people approved one move of one file, and whoever put the same bytes there again
 * (a package, an administrator, the attacker) is for them to judge.
 */
const watch = async (job: Job<Parameters>): Promise<Watched> => {
  const record = await readEntry(job.host, job.actionId)
  if (record === null) return { state: 'ended', repaired: false, detail: 'The file was restored.' }
  const content = await stat(contentOf(job.host, job.actionId)).catch(() => null)
  if (content?.size !== record.sealed.sealedBytes)
    return { state: 'drifted', repaired: false, detail: 'The copy in the vault was changed or is gone.' }
  if ((await comesBack(record)) === 'same')
    return {
      state: 'drifted',
      repaired: false,
      detail: `The same bytes are at ${record.path} again; quarantine it again.`,
    }
  return { state: 'in_force', repaired: false, detail: `In the vault since ${record.at}.` }
}

/** Whether the record's own file stands at a place, unwritten since it was copied. */
const isOriginal = (record: VaultRecord, stats: BigIntStats | null): boolean =>
  stats !== null &&
  String(stats.dev) === record.device &&
  String(stats.ino) === record.inode &&
  stats.size === BigInt(record.sealed.size) &&
  String(stats.mtimeNs) === record.metadata.mtimeNs

const reconcile = async (job: Job<Parameters>, notes: readonly Evidence[]): Promise<Reconciled> => {
  const { host, actionId } = job
  await dropPartial(host, actionId)
  const record = await readEntry(host, actionId)
  if (record === null)
    return { state: 'not_applied', detail: 'The agent ended before the copy was complete; the file is where it was.' }
  return withPlace(record.path, async (place) => {
    const aside = place === null ? null : asideOf(place, actionId)
    if (aside !== null && isOriginal(record, look(aside))) {
      rmSync(byHandle(aside.parent, aside.name))
      syncParent(aside)
    } else if (place !== null && isOriginal(record, look(place))) {
      await removeEntry(host, actionId)
      return { state: 'not_applied', detail: 'The agent ended before it moved the file, which is where it was.' }
    }
    const problem = await entryProblem(host, record, job.signal)
    if (problem !== null) return { state: 'unknown', detail: `The file is not at its path, and ${problem}.` }
    const kill = notes.map(endNoteOf).findLast((note) => note !== null)
    if (kill) await settleEnd(host, kill)
    const killed = job.parameters.killRunning ? await killCopies(job, BigInt(record.device), BigInt(record.inode)) : []
    return { state: 'applied', evidence: evidenceOf(record, { running: [], killed, reconciled: true }) }
  })
}

export const linux: Executor<Parameters> = {
  unavailable: (host) =>
    Promise.resolve(unavailableOnLinux(host, 'To move files of other users', ['CAP_DAC_OVERRIDE', 'CAP_FOWNER'])),
  execute: (job) =>
    execute(job).catch((error: unknown) => {
      if (error instanceof NotWhole)
        throw new ActionFailure('execution_error', 'The copy in the vault could not be read back; the file was left.')
      throw error
    }),
  verify,
  reconcile,
  watch,
}
