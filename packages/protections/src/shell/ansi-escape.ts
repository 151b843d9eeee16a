const pattern = /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|([^]))/y
const controls: Readonly<Record<string, string>> = {
  ...{ a: '\x07', b: '\b', e: '\x1b', E: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
}

/** What a backslash in `$'…'` stands for, and how many characters spell it. */
export function readAnsiEscape(source: string, at: number): { readonly text: string; readonly length: number } {
  pattern.lastIndex = at
  const found = pattern.exec(source)
  if (!found) return { text: '\\', length: 1 }
  const [whole, byte, short, long, octal, sign] = found
  const length = whole.length
  if (sign !== undefined) return { text: controls[sign] ?? sign, length }
  const point =
    octal === undefined ? Number.parseInt(byte ?? short ?? long ?? '0', 16) : Number.parseInt(octal, 8) & 0xff
  return { text: point > 0x10_ffff ? '\ufffd' : String.fromCodePoint(point), length }
}
