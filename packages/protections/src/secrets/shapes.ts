/** How many bits each character tells, by how often the characters come. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>()
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}

/** Not the stand-in for a secret: `xxxxxxxx`, `000000`, `your-token-here`. */
export function isVaried(text: string): boolean {
  const end = text.slice(-24)
  return entropyOf(end) > 2.4 && !/x{6}|\.{3}|\*{3}|your[_-]|changeme|placeholder/i.test(text)
}

/** The text of base64url, or null. */
export function fromBase64Url(text: string): string | null {
  try {
    return atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    return null
  }
}

const longestHeader = 4_096

/** Its first part says by which algorithm it is signed or sealed. */
export function isJwt(token: string): boolean {
  const end = token.indexOf('.')
  const header = end === -1 || end > longestHeader ? null : fromBase64Url(token.slice(0, end))
  return header !== null && /^\{.*"alg"\s*:\s*"[\w+.-]{2,30}"/s.test(header)
}

/** Made by a machine to be guessed by none: long, of letters and digits, without words. */
export function isRandom(text: string): boolean {
  if (text.length < 16 || text.length > 1_024 || !/^[\w+/=.~:!@#$%^&*-]+$/.test(text)) return false
  if (!/\d/.test(text) || !/[A-Za-z]/.test(text)) return false
  return entropyOf(text) >= (/^[a-f0-9-]+$/i.test(text) ? 2.8 : 3.3) && isVaried(text)
}
