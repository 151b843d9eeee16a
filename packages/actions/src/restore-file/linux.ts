import { closeSync, constants, fsyncSync, linkSync, lstatSync, openSync, unlinkSync, type BigIntStats } from 'node:fs'
import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import type * as z from 'zod'
import { ActionFailure, type Evidence, type Executor, type Job, type Reconciled, type Verdict } from '../executor.ts'
import { FileMetadata, metadataDifferences, writeMetadata } from '../files/metadata.ts'
import { NotWhole, unseal } from '../files/sealed-copy.ts'
import { contentOf, dropPartial, readEntry, removeEntry, type VaultRecord } from '../files/vault.ts'
import { asFailure, byHandle, look, openRegular, readUnseen, walkToParent, type Place } from '../files/walk.ts'
import { unavailableOnLinux } from '../process/unavailable.ts'
import type { restoreFile } from './spec.ts'

type Parameters = z.output<(typeof restoreFile)['parameters']>

const draftOf = (place: Place, actionId: string): Place => ({ ...place, name: `.riposte-restore-${actionId}` })

const sha256Of = async (fd: number): Promise<string> => {
  const hash = createHash('sha256')
  const file = await open(byHandle(fd), readUnseen)
  for await (const chunk of file.createReadStream()) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

const removeDraft = (draft: Place): void => {
  try {
    unlinkSync(byHandle(draft.parent, draft.name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

const writeBytes = async (job: Job<Parameters>, record: VaultRecord, draft: FileHandle): Promise<void> => {
  const content = await open(contentOf(job.host, record.actionId), 'r')
  try {
    await unseal(
      content,
      record.sealed,
      async (plain, position) => {
        for (let done = 0; done < plain.length;)
          done += (await draft.write(plain, done, plain.length - done, position + done)).bytesWritten
      },
      job.signal,
    )
    // What is not written stays a hole, up to the very end.
    await draft.truncate(record.sealed.size)
  } catch (error) {
    if (error instanceof NotWhole)
      throw new ActionFailure('precondition_changed', `${error.message}; nothing was put back.`)
    throw error
  } finally {
    await content.close()
  }
}

/** A whole file beside the place, compared with what was recorded before it gets the name. @returns its inode */
const writeDraft = async (job: Job<Parameters>, record: VaultRecord, draft: Place): Promise<BigIntStats> => {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
  const file = await open(byHandle(draft.parent, draft.name), flags, 0o600)
  try {
    await writeBytes(job, record, file)
    const read = await sha256Of(file.fd)
    if (read !== record.sealed.sha256)
      throw new ActionFailure(
        'precondition_changed',
        'The copy in the vault is not what was recorded; nothing was put back.',
      )
    await writeMetadata(job.host, file.fd, record.metadata)
    const differences = await metadataDifferences(job.host, file.fd, record.metadata, { accessTime: true })
    if (differences.length > 0)
      throw new ActionFailure(
        'execution_error',
        `The file cannot be made as it was (${differences.slice(0, 3).join('; ')}); it stays in the vault.`,
        { differences },
      )
    await file.sync()
    return lstatSync(byHandle(draft.parent, draft.name), { bigint: true })
  } finally {
    await file.close()
  }
}

const syncParent = (place: Place): void => {
  const folder = openSync(byHandle(place.parent, '.'), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

const occupied = (path: string): ActionFailure =>
  new ActionFailure('precondition_changed', `Something stands at ${path}; move it away, then restore again.`)

/** A link is never made over something: whoever was quicker keeps the name. */
const takeName = (draft: Place, place: Place): void => {
  try {
    linkSync(byHandle(draft.parent, draft.name), byHandle(place.parent, place.name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw occupied(place.path)
    throw error
  }
  unlinkSync(byHandle(draft.parent, draft.name))
  syncParent(place)
}

const evidenceOf = (record: VaultRecord, inode: string): Evidence => ({
  path: record.path,
  sha256: record.sealed.sha256,
  size: record.sealed.size,
  inode,
  metadata: record.metadata,
  identical: true,
  notRestored: [
    ...(record.metadata.links > 1
      ? [`It was one of ${record.metadata.links} hard links and is a file of its own now.`]
      : []),
    ...(record.metadata.unread === null ? [] : [`Extended attributes: ${record.metadata.unread}`]),
  ],
})

const execute = async (job: Job<Parameters>): Promise<Evidence> => {
  const { host, actionId, parameters } = job
  const record = await readEntry(host, parameters.quarantine)
  if (record === null)
    throw new ActionFailure(
      'does_not_exist',
      'The vault holds no file of that response: it was restored, or never here.',
    )
  const place = walkToParent(record.path)
  const draft = draftOf(place, actionId)
  try {
    if (look(place) !== null) throw occupied(record.path)
    await job.note({ stage: 'writing', path: record.path })
    try {
      const stats = await writeDraft(job, record, draft)
      await job.note({ stage: 'linking', path: record.path, device: String(stats.dev), inode: String(stats.ino) })
      takeName(draft, place)
      const evidence = evidenceOf(record, String(stats.ino))
      await job.note({ stage: 'clearing', evidence, device: String(stats.dev), inode: String(stats.ino) })
      await removeEntry(host, record.actionId)
      return evidence
    } catch (error) {
      removeDraft(draft)
      throw error
    }
  } catch (error) {
    throw job.signal.aborted && !(error instanceof ActionFailure)
      ? new ActionFailure('timed_out', 'There was not enough time to put the file back; it stays in the vault.')
      : asFailure(error, record.path)
  } finally {
    closeSync(place.parent)
  }
}

const text = (evidence: Evidence, key: string): string => (typeof evidence[key] === 'string' ? evidence[key] : '')

const verify = async (evidence: Evidence, job: Job<Parameters>): Promise<Verdict> => {
  const path = text(evidence, 'path')
  const failed = (detail: string): Verdict => ({ result: 'failed', detail, evidence: {} })
  let place: Place
  try {
    place = walkToParent(path)
  } catch {
    return failed(`The folder of ${path} is not there any more.`)
  }
  try {
    const { fd } = openRegular(place)
    try {
      if ((await sha256Of(fd)) !== evidence['sha256'])
        return failed(`${path} has other bytes than the file that was put back.`)
      const metadata = FileMetadata.parse(evidence['metadata'])
      // Reading it is what people restore it for.
      const differences = await metadataDifferences(job.host, fd, metadata, { accessTime: false })
      return differences.length === 0
        ? { result: 'passed', detail: `${path} is back with the bytes and metadata that it had.`, evidence: {} }
        : { result: 'failed', detail: `${path}: ${differences.slice(0, 5).join('; ')}.`, evidence: { differences } }
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    if (error instanceof ActionFailure) return failed(error.message)
    throw error
  } finally {
    closeSync(place.parent)
  }
}

const reconcile = async (job: Job<Parameters>, notes: readonly Evidence[]): Promise<Reconciled> => {
  const notApplied = (detail: string): Reconciled => ({ state: 'not_applied', detail })
  const last = notes.at(-1)
  if (last === undefined) return notApplied('The agent ended before it began.')
  const record = await readEntry(job.host, job.parameters.quarantine)
  const cleared = last['evidence']
  if (record === null) {
    // The bytes may outlive the entry's name.
    await dropPartial(job.host, job.parameters.quarantine)
    return last['stage'] === 'clearing'
      ? { state: 'applied', evidence: cleared as Evidence }
      : { state: 'unknown', detail: 'The vault does not hold the file any more.' }
  }
  let place: Place
  try {
    place = walkToParent(record.path)
  } catch {
    return notApplied(`The folder of ${record.path} is not there any more; the file is in the vault.`)
  }
  try {
    const draft = draftOf(place, job.actionId)
    const stands = look(place)
    const ours =
      last['inode'] !== undefined && String(stands?.ino) === last['inode'] && String(stands?.dev) === last['device']
    removeDraft(draft)
    if (!ours) return notApplied('The agent ended before the file had its name; it is whole in the vault.')
    syncParent(place)
    await removeEntry(job.host, record.actionId)
    return { state: 'applied', evidence: evidenceOf(record, String(stands?.ino)) }
  } finally {
    closeSync(place.parent)
  }
}

export const linux: Executor<Parameters> = {
  unavailable: (host) =>
    Promise.resolve(
      unavailableOnLinux(host, 'To put back files of other users', ['CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_CHOWN']),
    ),
  execute,
  verify: (job, evidence) => verify(evidence, job),
  reconcile,
}
