import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { uuidv7 } from '@riposte/contract'

/** 256 random bits in base64url: nothing to guess, so a plain hash at rest is enough. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest()

export const newId = (): string => uuidv7(Date.now(), randomBytes(10))

export const newReference = (): string => randomUUID()
