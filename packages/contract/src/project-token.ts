/**
 * A project token: `rip1.<project id>.<key fingerprint>.<secret>`. The project id is a UUID in 32 hex digits; the fingerprint is
 * the first 16 bytes of the SHA-256 of the signing key's SPKI DER, in hex; the secret is 32 random bytes in base64url.
 */
export interface ProjectTokenParts {
  readonly projectId: string
  readonly keyFingerprint: string
  readonly secret: string
}

const pattern = /^rip1\.([0-9a-f]{32})\.([0-9a-f]{32})\.([A-Za-z0-9_-]{43})$/

export const projectTokenShape = 'rip1.<32 hex digits>.<32 hex digits>.<43 base64url characters>'

export function formatProjectToken(parts: ProjectTokenParts): string {
  return `rip1.${parts.projectId.replaceAll('-', '')}.${parts.keyFingerprint}.${parts.secret}`
}

/** @returns null when the text has not the shape of a project token. */
export function parseProjectToken(text: string): ProjectTokenParts | null {
  const match = pattern.exec(text)
  if (!match) return null
  const [, id, keyFingerprint, secret] = match as unknown as [string, string, string, string]
  const projectId = `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`
  return { projectId, keyFingerprint, secret }
}
