import { hkdfSync, randomBytes } from 'node:crypto'
import { readOrMakeSecret } from '../../platform/crypto/secret-file.ts'

/** What break-glass codes of a device are hashed with. Drawn from one secret of the server, so that none is stored. */
export interface ReleaseSecrets {
  of(deviceId: string): Buffer
}

export function openReleaseSecrets(secretsDir: string): ReleaseSecrets {
  const root = Buffer.from(
    readOrMakeSecret(secretsDir, 'release-secret', () => randomBytes(32).toString('hex')),
    'hex',
  )
  return { of: (deviceId) => Buffer.from(hkdfSync('sha256', root, '', `riposte-release:${deviceId}`, 32)) }
}
