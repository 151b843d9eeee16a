import type { Clock } from '../../platform/clock.ts'
import type { SigningKey } from '../../platform/crypto/signing-key.ts'
import type { Database } from '../../platform/db/database.ts'
import type { LiveDevices } from '../../platform/device-link.ts'
import type { ResponseExtension, ResponseFacts } from './extension.ts'

/** What this feature is made of; handed over by the composition root. */
export interface ResponseParts {
  readonly db: Database
  readonly clock: Clock
  readonly signingKey: SigningKey
  readonly live: LiveDevices
  readonly extensions: readonly ResponseExtension[]
  /** Names of the people with these ids. Absent: there are none. */
  readonly findPeople?: (organisationId: string, ids: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /** Addresses of this control plane as agents dial it. */
  readonly controlPlane?: () => readonly string[]
  readonly onError: (error: unknown) => void
}

export const extensionFor = (parts: ResponseParts, type: string): ResponseExtension | undefined =>
  parts.extensions.find((extension) => extension.type === type)

/** People are always a matter of this server; devices are where the extension says so. */
export const runsOnServer = (parts: ResponseParts, response: ResponseFacts): boolean => {
  const extension = extensionFor(parts, response.type)
  if (!extension?.execute) return false
  return response.personId !== null || (extension.runsHere?.(response) ?? false)
}
