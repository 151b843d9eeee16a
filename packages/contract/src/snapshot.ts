import * as z from 'zod'
import { ProjectId } from './ids.ts'
import { ProjectType } from './project-type.ts'
import { Rule } from './rule.ts'

/**
 * What the console says to the running apps of a project, whole. The payload of a signed envelope.
 * A running app reads it leniently: keys it does not know are left alone, a rule it cannot read is skipped and reported.
 */
export const ConfigSnapshot = z.object({
  projectId: ProjectId,
  projectName: z.string(),
  projectType: ProjectType,
  /** Rises with every change; an older one than the last applied is refused. */
  revision: z.int().min(0),
  issuedAt: z.iso.datetime(),
  rules: z.array(Rule),
})
export type ConfigSnapshot = z.infer<typeof ConfigSnapshot>

/** DSSE (https://github.com/secure-systems-lab/dsse): the signature covers `PAE(payloadType, payload)`. */
export const Envelope = z.object({
  payloadType: z.string().max(200),
  /** base64 of the payload's bytes: canonical JSON (RFC 8785). */
  payload: z.string().max(8_000_000),
  signatures: z
    .array(z.object({ keyid: z.string().max(128), sig: z.string().max(256) }))
    .min(1)
    .max(8),
})
export type Envelope = z.infer<typeof Envelope>

export const SignedSnapshot = z.object({
  envelope: Envelope,
  /** base64 of SPKI DER; the project token carries the fingerprint that one of them must have. */
  keys: z.array(z.string().max(256)).min(1).max(8),
})
export type SignedSnapshot = z.infer<typeof SignedSnapshot>
