import path from 'node:path'
import type { EvidenceStore } from './evidence-store.ts'
import { folderStore } from './folder-store.ts'
import { s3Store, type S3StoreOptions } from './s3-store.ts'

/** Where evidence goes: `RIPOSTE_EVIDENCE_STORE` and its two secrets. */
export type EvidenceStoreSetting =
  { readonly kind: 'folder'; readonly folder: string } | ({ readonly kind: 's3' } & S3StoreOptions)

export interface EvidenceStoreGiven {
  readonly setting: string | undefined
  readonly keyId: string | undefined
  readonly secret: string | undefined
}

const example = 's3://bucket/prefix?endpoint=https://s3.example.org&region=eu-central-1'
const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** @throws Error that names the variable, what was given (never the secret) and what is allowed */
export function readEvidenceStore(given: EvidenceStoreGiven, dataDir: string): EvidenceStoreSetting {
  const { setting } = given
  if (setting === undefined || setting === '') return { kind: 'folder', folder: path.join(dataDir, 'evidence') }
  if (path.isAbsolute(setting)) return { kind: 'folder', folder: path.normalize(setting) }
  const url = URL.canParse(setting) ? new URL(setting) : null
  if (url?.protocol !== 's3:')
    throw new Error(`RIPOSTE_EVIDENCE_STORE is "${setting}"; it must be an absolute path or like ${example}.`)
  if (url.username !== '' || url.password !== '')
    throw new Error(
      'RIPOSTE_EVIDENCE_STORE may hold no credentials; they belong into RIPOSTE_EVIDENCE_STORE_KEY_ID and RIPOSTE_EVIDENCE_STORE_SECRET.',
    )
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(url.hostname))
    throw new Error(
      `RIPOSTE_EVIDENCE_STORE names the bucket "${url.hostname}", which is no bucket name (like ${example}).`,
    )
  const prefix = url.pathname.replace(/^\/+|\/+$/g, '')
  if (!/^[\w./-]{0,200}$/.test(prefix) || prefix.split('/').some((part) => part === '..' || part === '.'))
    throw new Error('RIPOSTE_EVIDENCE_STORE may have a prefix of letters, digits and . _ - / only.')
  if (!given.keyId || !given.secret)
    throw new Error(
      'RIPOSTE_EVIDENCE_STORE names a bucket: RIPOSTE_EVIDENCE_STORE_KEY_ID and RIPOSTE_EVIDENCE_STORE_SECRET must be set too.',
    )
  const region = url.searchParams.get('region') ?? 'us-east-1'
  if (!/^[a-z0-9-]{1,40}$/.test(region))
    throw new Error(`RIPOSTE_EVIDENCE_STORE has the region "${region}", which is none.`)
  return {
    kind: 's3',
    bucket: url.hostname,
    prefix,
    region,
    endpoint: readEndpoint(url.searchParams.get('endpoint') ?? `https://s3.${region}.amazonaws.com`),
    keyId: given.keyId,
    secret: given.secret,
  }
}

function readEndpoint(text: string): string {
  const endpoint = URL.canParse(text) ? new URL(text) : null
  if (
    endpoint === null ||
    (endpoint.protocol !== 'https:' && endpoint.protocol !== 'http:') ||
    endpoint.pathname !== '/'
  )
    throw new Error(`RIPOSTE_EVIDENCE_STORE has the endpoint "${text}"; it must be like https://s3.example.org:9000.`)
  if (endpoint.protocol === 'http:' && !loopback.test(endpoint.hostname))
    throw new Error('RIPOSTE_EVIDENCE_STORE has an endpoint of plain http; that is allowed to this machine only.')
  return endpoint.origin
}

export const openEvidenceStore = (setting: EvidenceStoreSetting): EvidenceStore =>
  setting.kind === 'folder' ? folderStore(setting) : s3Store(setting)
