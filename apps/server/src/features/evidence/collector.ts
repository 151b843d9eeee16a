import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { readOrMakeSecret } from '../../platform/crypto/secret-file.ts'

/** Who can read evidence: agents encrypt to the recipient, and only whoever holds the identity decrypts. */
export interface Collector {
  /** `age1…` */
  readonly recipient: string
  decrypter(): Decrypter
}

/** The age identity in the secrets folder, made at first start. Any age program decrypts with that file, should this server be lost. */
export async function openCollector(secretsDir: string): Promise<Collector> {
  const made = await generateX25519Identity()
  const identity = readOrMakeSecret(secretsDir, 'evidence-identity.txt', () => `${made}\n`).trim()
  const recipient = await identityToRecipient(identity)
  return {
    recipient,
    decrypter: () => {
      const decrypter = new Decrypter()
      decrypter.addIdentity(identity)
      return decrypter
    },
  }
}
