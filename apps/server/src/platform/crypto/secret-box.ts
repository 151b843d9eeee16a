import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { readOrMakeSecret } from './secret-file.ts'

/** Secrets that others gave us, such as the password of a mail server: encrypted in the database under a key that is not in it. */
export interface SecretBox {
  /** @param purpose What the secret is for and whose: bound to it, so that one cannot be put in the place of another. */
  seal(text: string, purpose: string): Buffer
  /** @throws Error when it was sealed by another key, for another purpose, or altered */
  open(sealed: Buffer, purpose: string): string
  /** 32 bytes that only this control plane can derive again. */
  derive(purpose: string): Buffer
}

const nonceBytes = 12
const tagBytes = 16

/** AES-256-GCM under a key made at first start and kept in the data folder. */
export function openSecretBox(secretsDir: string): SecretBox {
  const key = Buffer.from(
    readOrMakeSecret(secretsDir, 'secret-box.key', () => randomBytes(32).toString('base64')),
    'base64',
  )
  const derive = (purpose: string): Buffer => Buffer.from(hkdfSync('sha256', key, '', `riposte:${purpose}`, 32))
  const sealing = derive('secret-box')
  return {
    derive,
    seal: (text, purpose) => {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', sealing, nonce).setAAD(Buffer.from(purpose))
      return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    },
    open: (sealed, purpose) => {
      const decipher = createDecipheriv('aes-256-gcm', sealing, sealed.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      })
        .setAAD(Buffer.from(purpose))
        .setAuthTag(sealed.subarray(-tagBytes))
      return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]).toString('utf8')
    },
  }
}
