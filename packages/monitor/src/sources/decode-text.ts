/** As frameworks read a part of a URL: what is no UTF-8 becomes a replacement sign instead of an error. */
export function decodeComponent(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return new URLSearchParams(`v=${text.replaceAll('+', '%2B').replaceAll('&', '%26')}`).get('v') ?? text
  }
}

/** The same in a form or a query, where a plus is a space. */
export const decodeFormComponent = (text: string): string =>
  decodeComponent(text.includes('+') ? text.replaceAll('+', ' ') : text)

/** An app that does not decode still sees these as they are. */
export const actsUndecoded = (text: string): boolean => /['"`;|$<>\\(){}]/.test(text)

/** Bytes as text in the charset that was declared, or that their first bytes tell; UTF-8 where neither says anything we know. */
export function decodeBytes(bytes: Buffer, charset: string | null): string {
  const name = charset?.trim().toLowerCase() ?? ''
  if (name === '' || name === 'utf-8' || name === 'utf8') {
    if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le')
    if (bytes[0] === 0xfe && bytes[1] === 0xff) return decodeAs('utf-16be', bytes.subarray(2))
    const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
    return bytes.toString('utf8', start)
  }
  if (name === 'utf-16' || name === 'ucs-2') {
    return bytes[0] === 0xfe && bytes[1] === 0xff ? decodeAs('utf-16be', bytes) : decodeAs('utf-16le', bytes)
  }
  return decodeAs(name, bytes)
}

function decodeAs(charset: string, bytes: Buffer): string {
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    // A charset that nobody knows: what is ASCII in it is told as it is.
    return bytes.toString('latin1')
  }
}

export const charsetOf = (contentType: string): string | null =>
  /;\s*charset\s*=\s*"?([^";\s]{1,40})/i.exec(contentType)?.[1] ?? null

/** A part of a text as it was written: Node reads header bytes as latin1, apps and parsers may read the same as UTF-8. */
export function asUtf8(latin1: string): string {
  return /[\x80-\xff]/.test(latin1) ? Buffer.from(latin1, 'latin1').toString('utf8') : latin1
}

/** Whether bytes are likely to be text: no control signs that no text has, among the first of them. */
export function looksLikeText(bytes: Buffer): boolean {
  const most = Math.min(bytes.length, 4_096)
  for (let at = 0; at < most; at += 1) {
    const byte = bytes[at] as number
    if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 27 && byte !== 12 && byte !== 0) return false
  }
  return true
}
