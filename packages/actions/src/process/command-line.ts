/** An option or a variable whose value is nobody's business: `--password=x`, `token: x`, `API_KEY=x`. */
const secretName =
  /(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|auth|credentials?)$/i
const named = /^(-{0,2}[A-Za-z][A-Za-z0-9_.-]{0,63})([=:])(.+)$/s
const urlPassword = /^([a-z][a-z0-9+.-]{0,31}:\/\/[^/\s:@]{0,256}):([^/\s@]{1,1024})@/i

const maskOne = (argument: string): string => {
  // What is longer than anybody reads is cut before it is looked through.
  const text = argument.slice(0, 4_096)
  const [, name, sign] = named.exec(text) ?? []
  if (name !== undefined && sign !== undefined && secretName.test(name)) return `${name}${sign}***`
  // Inside of one argument, as in `sh -c "TOKEN=x curl …"`, and as parameters of an address.
  return text
    .replace(urlPassword, '$1:***@')
    .replace(
      /((?:pass(?:word|wd)?|secret|token|api[-_]?key|authorization)["']?\s{0,4}[=:]\s{0,4})(?:bearer\s{1,4}|basic\s{1,4})?[^\s&;"']{1,1024}/gi,
      '$1***',
    )
}

/** Arguments for people to read: secrets masked, one line, no control characters. Masking is by name and so never complete. */
export const readableCommand = (args: readonly string[], limit = 512): string => {
  const parts: string[] = []
  let length = 0
  for (const [index, argument] of args.entries()) {
    const before = args[index - 1]
    const follows = before !== undefined && /^--?[A-Za-z]/.test(before) && secretName.test(before)
    const part = follows && !argument.startsWith('-') ? '***' : maskOne(argument)
    parts.push(part)
    length += part.length + 1
    if (length > limit) break
  }
  const text = parts.join(' ').replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '�')
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text
}
