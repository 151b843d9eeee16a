/**
 * The document as characters, where it was read in another way than it was written: UTF-16 and UCS-4 read as bytes hold a NUL beside
 * each sign, UTF-16 in the other byte order letters that nobody uses, and UTF-7 writes its signs in base64.
 */
export function plainDocument(text: string): string {
  let plain = text
  if (plain.includes('\0')) plain = plain.replaceAll('\0', '')
  if (isSwapped(plain)) plain = swap(plain)
  if (plain.charCodeAt(0) === 0xfeff) plain = plain.slice(1)
  return isSevenBit(plain) ? decodeSevenBit(plain) : plain
}

/** `<` with its bytes the other way round, near the beginning. */
const isSwapped = (text: string): boolean =>
  text.slice(0, 16).includes('\u3c00') && !/[<\u0001-\u007f]/.test(text.slice(0, 16))

function swap(text: string): string {
  const codes = new Uint16Array(Math.min(text.length, longestSwapped))
  for (let at = 0; at < codes.length; at += 1) {
    const code = text.charCodeAt(at)
    codes[at] = ((code & 255) << 8) | (code >> 8)
  }
  let swapped = ''
  for (let at = 0; at < codes.length; at += 8_192) swapped += String.fromCharCode(...codes.subarray(at, at + 8_192))
  return swapped
}
const longestSwapped = 1_048_576

const isSevenBit = (text: string): boolean =>
  /^<\?xml[^>]{0,200}?encoding\s*=\s*["'](?:unicode-1-1-)?utf-?7["']/i.test(text) || /^\s*\+ADw/.test(text)

const decodeSevenBit = (text: string): string =>
  text.replace(/\+([A-Za-z0-9+/]*)-?/g, (_, coded: string) => {
    if (coded === '') return '+'
    const bytes = Buffer.from(coded, 'base64')
    let decoded = ''
    for (let at = 0; at + 1 < bytes.length; at += 2)
      decoded += String.fromCharCode(((bytes[at] as number) << 8) | (bytes[at + 1] as number))
    return decoded
  })
