import type { SecretBox } from '../../../platform/crypto/secret-box.ts'
import type { Database } from '../../../platform/db/database.ts'

/** What a channel may use. */
export interface ChannelParts {
  readonly db: Database
  readonly box: SecretBox
}
