import { AwsClient } from 'aws4fetch'
import { createHash } from 'node:crypto'
import { partPath, StoreFull, StoreUnavailable, type EvidenceStore, type PartName } from './evidence-store.ts'

export interface S3StoreOptions {
  /** Scheme, host and port. */
  readonly endpoint: string
  readonly bucket: string
  /** Put before every key; without slashes at its ends. */
  readonly prefix: string
  readonly region: string
  readonly keyId: string
  readonly secret: string
}

const requestMs = 120_000
const removedAtOnce = 16

/** Parts as objects of any S3-compatible service, addressed by path, since names below a bucket's own need certificates of their own. */
export function s3Store(options: S3StoreOptions): EvidenceStore {
  const client = new AwsClient({
    accessKeyId: options.keyId,
    secretAccessKey: options.secret,
    service: 's3',
    region: options.region,
    // Uploads are repeated by the agents, reads by whoever asked: patience here would only hold requests open.
    retries: 2,
  })
  const keyOf = (part: PartName): string => (options.prefix === '' ? '' : `${options.prefix}/`) + partPath(part)
  const ask = async (
    method: 'GET' | 'PUT' | 'DELETE',
    part: PartName,
    body?: { readonly bytes: Uint8Array; readonly sha256: string },
  ): Promise<Response> => {
    const address = `${options.endpoint}/${options.bucket}/${keyOf(part)}`
    try {
      return await client.fetch(address, {
        method,
        redirect: 'error',
        signal: AbortSignal.timeout(requestMs),
        ...(body
          ? {
              body: body.bytes as Uint8Array<ArrayBuffer>,
              headers: {
                'content-type': 'application/octet-stream',
                // Signed and checked by the service, so that a part which changes on its way is refused there.
                'x-amz-content-sha256': body.sha256,
                'content-md5': createHash('md5').update(body.bytes).digest('base64'),
              },
            }
          : {}),
      })
    } catch (error) {
      throw new StoreUnavailable('The object store does not answer', { cause: error })
    }
  }
  const refused = async (response: Response, what: string): Promise<never> => {
    const code = /<Code>(\w{1,64})<\/Code>/.exec((await response.text()).slice(0, 4_000))?.[1] ?? 'no code'
    if (response.status === 507 || /Quota|StorageFull|EntityTooLarge/i.test(code))
      throw new StoreFull(`The object store is full (${code})`)
    throw new StoreUnavailable(`The object store refused ${what} with ${response.status} (${code})`)
  }
  return {
    kind: 's3',
    where: `${options.bucket}${options.prefix === '' ? '' : `/${options.prefix}`} at ${new URL(options.endpoint).host}`,
    put: async (part, bytes, sha256) => {
      const response = await ask('PUT', part, { bytes, sha256 })
      if (!response.ok) await refused(response, 'to store a part')
      await response.body?.cancel()
    },
    get: async (part) => {
      const response = await ask('GET', part)
      if (response.status === 404) {
        const text = (await response.text()).slice(0, 4_000)
        // A bucket that is gone is no missing part.
        if (text.includes('NoSuchBucket')) throw new StoreUnavailable('The bucket does not exist')
        return null
      }
      if (!response.ok) return refused(response, 'to give a part')
      try {
        return new Uint8Array(await response.arrayBuffer())
      } catch (error) {
        throw new StoreUnavailable('The object store broke off', { cause: error })
      }
    },
    remove: async (archive, chunks) => {
      for (let from = 0; from < chunks; from += removedAtOnce) {
        const indices = Array.from({ length: Math.min(removedAtOnce, chunks - from) }, (_, index) => from + index)
        await Promise.all(
          indices.map(async (index) => {
            const response = await ask('DELETE', { ...archive, index })
            if (!response.ok && response.status !== 404) await refused(response, 'to delete a part')
            await response.body?.cancel()
          }),
        )
      }
    },
    free: () => Promise.resolve(null),
  }
}
