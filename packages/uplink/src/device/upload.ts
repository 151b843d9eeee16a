import {
  chunkHashHeader,
  EvidenceUploadState,
  evidenceChunkBytes,
  mostEvidenceChunks,
  type EvidenceManifest,
  type EvidenceUpload,
} from '@riposte/contract'
import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'

/** One request to the control plane over whatever the agent trusts. Rejects when no answer came. */
export type UploadRequest = (
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  options: {
    readonly headers: Readonly<Record<string, string>>
    readonly body: Uint8Array | string | null
    readonly signal: AbortSignal
  },
) => Promise<{ readonly status: number; readonly json: unknown }>

export interface UploadedFile {
  readonly actionId: string
  readonly path: string
  readonly name: string
  readonly bytes: number
  readonly sha256: string
  readonly manifest: Readonly<Record<string, unknown>>
}

export interface UploadOptions {
  readonly request: UploadRequest
  readonly signal: AbortSignal
  /** From 0 to 1; spreads the tries of many agents after an outage. */
  readonly random?: () => number
  readonly firstWaitMs?: number
  readonly longestWaitMs?: number
  readonly chunkBytes?: number
  /** After each part that the server has. */
  readonly onProgress?: (sent: number, total: number) => void
}

/** The control plane said no, and asking again would not help. */
export class UploadRefused extends Error {
  override readonly name = 'UploadRefused'
  readonly code: string
  constructor(code: string, detail: string) {
    super(`The control plane refused the archive: ${detail} (${code})`)
    this.code = code
  }
}

const mebibyte = 1_048_576
/** Kept in memory, one at a time. */
const usualChunkBytes = 4 * mebibyte
/** How often one part may be refused as damaged: a disk or a network that spoils it each time is no accident. */
const mostDamaged = 4
const mostIncomplete = 4
/** No answer for so long is none. */
const answerMs = 120_000
const later = new Set(['evidence.not_started', 'evidence.store_full', 'evidence.store_unavailable'])

export const chooseChunkBytes = (bytes: number): number =>
  Math.min(
    evidenceChunkBytes.most,
    Math.max(usualChunkBytes, Math.ceil(bytes / mostEvidenceChunks / mebibyte) * mebibyte),
  )

/** The parts that the server does not have, rising. */
export function missingChunks(
  chunks: number,
  have: readonly { readonly from: number; readonly to: number }[],
): number[] {
  const missing: number[] = []
  let next = 0
  for (const { from, to } of [...have].sort((a, b) => a.from - b.from)) {
    for (; next < from && next < chunks; next += 1) missing.push(next)
    next = Math.max(next, to + 1)
  }
  for (; next < chunks; next += 1) missing.push(next)
  return missing
}

/**
 * Brings a finished file to the control plane: asks what is there already, sends the rest part by part, and returns once the server
 * has hashed all of it. Goes on through outages and restarts of either side until the signal ends it.
 * @throws UploadRefused when asking again would not help; the signal's reason when it was aborted
 */
export async function uploadFile(
  file: UploadedFile,
  options: UploadOptions,
): Promise<{ evidenceId: string; bytes: number; sha256: string }> {
  const upload = new Upload(file, options)
  const handle = await open(file.path, 'r')
  try {
    return await upload.run(handle)
  } finally {
    await handle.close()
  }
}

class Upload {
  readonly #file: UploadedFile
  readonly #options: UploadOptions

  constructor(file: UploadedFile, options: UploadOptions) {
    this.#file = file
    this.#options = options
  }

  async run(handle: FileHandle): Promise<{ evidenceId: string; bytes: number; sha256: string }> {
    for (let tries = 0; ; tries += 1) {
      const state = await this.#open()
      for (const index of missingChunks(state.chunks, state.have)) {
        if (state.state !== 'uploading') break
        await this.#send(handle, state, index)
      }
      const finished = await this.#finish(state.uploadId)
      if (finished?.state === 'stored')
        return { evidenceId: finished.uploadId, bytes: finished.bytes, sha256: finished.sha256 }
      if (finished) throw new UploadRefused(`evidence.${finished.state}`, finished.why ?? `it is ${finished.state}`)
      if (tries >= mostIncomplete)
        throw new UploadRefused('evidence.incomplete', 'parts that were sent do not stay there')
    }
  }

  async #open(): Promise<EvidenceUploadState> {
    const { actionId, name, bytes, sha256, manifest } = this.#file
    const body: EvidenceUpload = {
      actionId,
      name,
      bytes,
      sha256,
      chunkBytes: this.#options.chunkBytes ?? chooseChunkBytes(bytes),
      // Parsed by the server; here it only travels.
      manifest: manifest as unknown as EvidenceManifest,
    }
    return this.#state(await this.#ask('POST', '/agent/v1/evidence', JSON.stringify(body), {}))
  }

  async #send(handle: FileHandle, state: EvidenceUploadState, index: number): Promise<void> {
    const from = index * state.chunkBytes
    const chunk = Buffer.allocUnsafe(Math.min(state.chunkBytes, this.#file.bytes - from))
    for (let damaged = 0; ; damaged += 1) {
      // Read anew each time: what went wrong may have been here.
      for (let at = 0; at < chunk.length;) {
        const { bytesRead } = await handle.read(chunk, at, chunk.length - at, from + at)
        if (bytesRead === 0) throw new UploadRefused('file.changed', 'the archive on this host is shorter than it was')
        at += bytesRead
      }
      const headers = {
        'content-type': 'application/octet-stream',
        'content-length': String(chunk.length),
        [chunkHashHeader]: createHash('sha256').update(chunk).digest('hex'),
      }
      try {
        await this.#ask('PUT', `/agent/v1/evidence/${state.uploadId}/chunks/${index}`, chunk, headers)
        this.#options.onProgress?.(from + chunk.length, this.#file.bytes)
        return
      } catch (error) {
        const again = error instanceof UploadRefused && error.code === 'evidence.chunk_refused' && damaged < mostDamaged
        if (!again) throw error
        await this.#wait(damaged)
      }
    }
  }

  /** @returns null when parts are missing after all */
  async #finish(uploadId: string): Promise<EvidenceUploadState | null> {
    for (let asked = 0; ; asked += 1) {
      try {
        const state = this.#state(await this.#ask('POST', `/agent/v1/evidence/${uploadId}/finish`, null, {}))
        // Still being hashed, or given back by a server that died over it.
        if (state.state !== 'checking' && state.state !== 'uploading') return state
      } catch (error) {
        if (error instanceof UploadRefused && error.code === 'evidence.incomplete') return null
        throw error
      }
      await this.#wait(asked)
    }
  }

  #state(json: unknown): EvidenceUploadState {
    const parsed = EvidenceUploadState.safeParse(json)
    if (!parsed.success) throw new UploadRefused('answer.not_understood', 'its answer is of another version')
    return parsed.data
  }

  /** Asks until there is an answer that means something. */
  async #ask(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body: Uint8Array | string | null,
    headers: Readonly<Record<string, string>>,
  ): Promise<unknown> {
    const { request, signal } = this.#options
    for (let failed = 0; ; failed += 1) {
      signal.throwIfAborted()
      let answer: Awaited<ReturnType<UploadRequest>> | null = null
      try {
        answer = await request(method, path, {
          headers: typeof body === 'string' ? { 'content-type': 'application/json', ...headers } : headers,
          body,
          signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
        })
      } catch {
        // No answer; the reason matters to nobody here.
      }
      if (answer && answer.status >= 200 && answer.status < 300) return answer.json
      const refusal = answer ? readRefusal(answer) : null
      if (refusal) throw refusal
      await this.#wait(failed)
    }
  }

  async #wait(failed: number): Promise<void> {
    const { random = Math.random, firstWaitMs = 500, longestWaitMs = 30_000, signal } = this.#options
    const most = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failed, 16))
    await delay(most / 2 + (random() * most) / 2, undefined, { signal }).catch(() => undefined)
    signal.throwIfAborted()
  }
}

/** null: worth another try. */
function readRefusal({ status, json }: { readonly status: number; readonly json: unknown }): UploadRefused | null {
  const problem = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>
  const code = typeof problem['code'] === 'string' ? problem['code'] : `http.${status}`
  if (later.has(code) || status === 408 || status === 429 || (status >= 500 && status !== 501)) return null
  const said = problem['detail'] ?? problem['title']
  return new UploadRefused(code, typeof said === 'string' ? said.slice(0, 500) : `it answered ${status}`)
}
