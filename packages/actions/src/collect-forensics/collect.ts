import type { EvidenceItem, EvidenceManifest } from '@riposte/contract'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, rm, stat, statfs } from 'node:fs/promises'
import { hostname, release } from 'node:os'
import path from 'node:path'
import type * as z from 'zod'
import { ActionFailure, type Evidence, type Executor, type Job } from '../executor.ts'
import type { Host } from '../host.ts'
import { ArchiveFault, ArchiveWriter } from './archive-writer.ts'
import { ItemWriter, type Shared } from './item-writer.ts'
import type { collectForensics, forensicItems } from './spec.ts'

export type ForensicParameters = z.output<(typeof collectForensics)['parameters']>
export type ForensicItemId = (typeof forensicItems)[number]

/** One thing that can be collected on a platform. */
export interface ForensicItem {
  readonly id: ForensicItemId
  readonly title: string
  /** The least profile that takes it. */
  readonly profile: ForensicParameters['profile']
  collect(item: ItemWriter, parameters: ForensicParameters): Promise<void>
}

const mebibyte = 1_048_576
/** Stays free on the disk of the agent, whatever a budget says. */
const keepFree = 16 * mebibyte
const leastBudget = mebibyte
const archiveName = 'archive.tar.gz.age'
const manifestName = 'manifest.json'
const profiles = ['quick', 'standard', 'full'] as const

const folderOf = (host: Host, actionId: string): string => path.join(host.stateDir, 'evidence', actionId)

/** What was asked for, in the order of the catalog; what this platform does not know becomes an item that says so. */
export function chooseItems(catalog: readonly ForensicItem[], parameters: ForensicParameters): readonly ForensicItem[] {
  if (parameters.items.length === 0) {
    const level = profiles.indexOf(parameters.profile)
    const chosen = catalog.filter((item) => profiles.indexOf(item.profile) <= level)
    const memory = catalog.find((item) => item.id === 'process_memory')
    // Naming a process asks for its memory, whatever the profile.
    return memory && parameters.pids.length > 0 && !chosen.includes(memory) ? [...chosen, memory] : chosen
  }
  return [...new Set(parameters.items)].map(
    (id) =>
      catalog.find((item) => item.id === id) ?? {
        id,
        title: id,
        profile: 'quick',
        collect: (item) => {
          item.problem('This platform has no such item')
          return Promise.resolve()
        },
      },
  )
}

/** Bytes that may be collected: the least of all budgets, and half of what the disk has to spare, since large files wait on it too. */
async function preflight({ host, parameters, context }: Job<ForensicParameters>): Promise<number> {
  const given = context['budgetBytes']
  const budget = Math.min(
    parameters.budgetMb * mebibyte,
    typeof given === 'number' ? given : Number.POSITIVE_INFINITY,
    host.policy().evidenceBudget,
  )
  if (budget < leastBudget)
    throw new ActionFailure(
      'precondition_changed',
      'The budgets of evidence leave less than 1 MiB: delete evidence, or raise them.',
    )
  const { bavail, bsize } = await statfs(host.stateDir)
  const spare = Math.floor((bavail * bsize - keepFree) / 2)
  if (spare < leastBudget)
    throw new ActionFailure(
      'execution_error',
      `The disk with ${host.stateDir} has ${bavail * bsize} bytes free; a collection needs at least ${keepFree + 2 * leastBudget}.`,
    )
  return Math.min(budget, spare)
}

interface Ready {
  readonly bytes: number
  readonly sha256: string
  readonly manifest: EvidenceManifest
}

async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function collect(job: Job<ForensicParameters>, catalog: readonly ForensicItem[], folder: string): Promise<Ready> {
  const { host, parameters, signal, context } = job
  const key = context['collectorKey']
  if (typeof key !== 'string' || !/^age1[0-9a-z]{50,}$/.test(key))
    throw new ActionFailure('execution_error', 'The command carries no collector key to encrypt to.')
  const budgetBytes = await preflight(job)
  await job.note({ step: 'collecting' })
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const archive = await ArchiveWriter.create(path.join(folder, archiveName), key)
  try {
    const startedAt = new Date(host.now()).toISOString()
    const shared: Shared = { host, signal, archive, folder, left: budgetBytes, files: 0 }
    const items: EvidenceItem[] = []
    for (const wish of chooseItems(catalog, parameters)) {
      const done = await new ItemWriter(shared, wish.id, wish.title).run((item) => wish.collect(item, parameters))
      items.push(done)
      job.output(
        'progress',
        `${wish.title}: ${done.status}, ${done.bytes} bytes${done.error === null ? '' : ` (${done.error})`}`,
      )
    }
    const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
    const manifest: EvidenceManifest = {
      version: 1,
      actionId: job.actionId,
      startedAt,
      finishedAt: new Date(host.now()).toISOString(),
      host: { hostname: hostname(), kernel: release(), bootId: bootId.trim(), platform: host.platform },
      profile: parameters.items.length > 0 ? 'items' : parameters.profile,
      budgetBytes,
      bytes: items.reduce((sum, item) => sum + item.bytes, 0),
      items,
    }
    const text = Buffer.from(JSON.stringify(manifest))
    // eslint-disable-next-line @typescript-eslint/require-await -- an iterable of one
    const one = async function* (): AsyncGenerator<Uint8Array> {
      yield text
    }
    await archive.add(manifestName, text.length, one())
    const { bytes, sha256 } = await archive.finish()
    await writeSynced(path.join(folder, manifestName), JSON.stringify({ bytes, sha256, manifest }))
    return { bytes, sha256, manifest }
  } catch (error) {
    await archive.abandon()
    throw error
  }
}

/** @throws whatever the upload throws; the spool stays for another try */
async function deliver(
  job: Job<ForensicParameters>,
  folder: string,
  ready: Ready,
  signal: AbortSignal,
): Promise<Evidence> {
  const receipt = await job.host.controlPlane.upload(
    {
      actionId: job.actionId,
      path: path.join(folder, archiveName),
      name: `forensics-${job.actionId}.tar.gz.age`,
      bytes: ready.bytes,
      sha256: ready.sha256,
      manifest: ready.manifest,
    },
    signal,
  )
  if (receipt.sha256 !== ready.sha256)
    throw new ActionFailure('execution_error', 'The control plane stored something else than what was sent.')
  const evidence: Evidence = {
    evidenceId: receipt.evidenceId,
    bytes: ready.bytes,
    sha256: ready.sha256,
    collectedBytes: ready.manifest.bytes,
    items: ready.manifest.items.map(({ id, status, bytes, error }) => ({ id, status, bytes, error })),
  }
  await job.note({ step: 'stored', evidence })
  await rm(folder, { recursive: true, force: true })
  return evidence
}

function toFailure(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof ActionFailure) return error
  if (signal.aborted)
    return new ActionFailure(
      'timed_out',
      'The collection was ended before it was done; nothing of it is left on the host.',
    )
  if (error instanceof ArchiveFault)
    return new ActionFailure('execution_error', `${error.message}; nothing of the collection is left on the host.`)
  if (error instanceof Error && error.name === 'UploadRefused')
    return new ActionFailure('execution_error', error.message)
  return error
}

/** What an earlier life of the agent finished but did not deliver; null when there is nothing whole. */
async function findReady(folder: string): Promise<Ready | null> {
  try {
    const ready = JSON.parse(await readFile(path.join(folder, manifestName), 'utf8')) as Ready
    const file = path.join(folder, archiveName)
    if ((await stat(file)).size !== ready.bytes) return null
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) hash.update(chunk)
    return hash.digest('hex') === ready.sha256 ? ready : null
  } catch {
    return null
  }
}

/** The executor of a platform, from what can be collected there. */
export const forensicsExecutor = (catalog: readonly ForensicItem[]): Executor<ForensicParameters> => ({
  unavailable: () => Promise.resolve(null),
  execute: async (job) => {
    const folder = folderOf(job.host, job.actionId)
    try {
      const ready = await collect(job, catalog, folder)
      await job.note({ step: 'collected', sha256: ready.sha256, bytes: ready.bytes })
      return await deliver(job, folder, ready, job.signal)
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw toFailure(error, job.signal)
    }
  },
  // Whether the stored copy is what was sent is for the server to say, which has it.
  verify: (_job, evidence) =>
    Promise.resolve({
      result: 'inconclusive',
      detail: 'The archive is with the control plane, which hashes it again.',
      evidence,
    }),
  reconcile: async (job, notes) => {
    const folder = folderOf(job.host, job.actionId)
    const last = notes.at(-1)
    try {
      if (last?.['step'] === 'stored') return { state: 'applied', evidence: (last['evidence'] ?? {}) as Evidence }
      const ready = last === undefined ? null : await findReady(folder)
      if (ready) return { state: 'applied', evidence: await deliver(job, folder, ready, job.signal) }
      return {
        state: 'not_applied',
        detail: 'The collection was cut off midway; what there was of it has been removed.',
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return { state: 'not_applied', detail: `The archive could not be delivered: ${why}`.slice(0, 2_000) }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
})
