/** An option or a variable whose value is nobody's business: `--password=x`, `token: x`, `API_KEY=x`. */
const secretName =
  /(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|auth|credentials?)$/i
const named = /^(-{0,2}[A-Za-z][A-Za-z0-9_.-]{0,63})([=:])(.+)$/s
const urlPassword = /\b([a-z][a-z0-9+.-]{0,31}:\/\/[^/\s:@]{0,256}):([^/\s@]{1,1024})@/gi
/** Inside of one argument, as in `sh -c "TOKEN=x curl …"`, as JSON, and as parameters of an address. */
const inside =
  /((?:pass(?:word|wd|phrase)?|pwd|secret|token|(?:api|access|private)[-_]?key|authorization)["']?\s{0,4}[=:]\s{0,4})(?:bearer\s{1,4}|basic\s{1,4})?(?:"[^"]{1,1024}"|'[^']{1,1024}'|[^\s&;"',}]{1,1024})/gi
/** Tokens that are known by their look, wherever they stand. */
const known =
  /\b(?:gh[opsru]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255}|(?:AKIA|ASIA)[A-Z0-9]{12,32}|xox[abeoprs]-[\w-]{10,255}|eyJ[\w-]{8,2048}\.eyJ[\w-]{8,2048}(?:\.[\w-]{0,1024})?)/g

const maskOne = (argument: string): string => {
  // What is longer than anybody reads is cut before it is looked through.
  const text = argument.slice(0, 4_096)
  const [, name, sign] = named.exec(text) ?? []
  if (name !== undefined && sign !== undefined && secretName.test(name)) return `${name}${sign}***`
  return text.replace(urlPassword, '$1:***@').replace(inside, '$1***').replace(known, '***')
}

/** Options whose value is a secret only with that program; the value stands right behind, or is the next argument. */
const shortOptions: Readonly<Record<string, string>> = {
  sshpass: '-p',
  mysql: '-p',
  mysqldump: '-p',
  mysqladmin: '-p',
  mariadb: '-p',
  'mariadb-dump': '-p',
  'redis-cli': '-a',
  curl: '-u',
  wget: '-u',
}
/** `user:password` in one; `--user 1000:1000` of a container is none. */
const userOptions = new Set(['-u', '--user', '--proxy-user', '-U'])

const maskAt = (args: readonly string[], index: number, short: string | undefined): string => {
  const argument = args[index] ?? ''
  const before = index === 0 ? '' : (args[index - 1] ?? '')
  if (/^--?[A-Za-z]/.test(before) && secretName.test(before) && !argument.startsWith('-')) return '***'
  if (userOptions.has(before) && /^[^:]{1,256}:./.test(argument) && !/^\d+:\d+$/.test(argument))
    return `${argument.split(':', 1)[0] ?? ''}:***`
  if (short !== undefined && index > 0) {
    // The next argument of `mysql -p` is a database.
    if (before === short && short === '-p' ? args[0]?.endsWith('sshpass') === true : before === short) return '***'
    if (argument.startsWith(short) && argument.length > short.length) return `${short}***`
  }
  return maskOne(argument)
}

/** Arguments for people to read: secrets masked, one line, no control characters. Masking is by name and so never complete. */
export const readableCommand = (args: readonly string[], limit = 512): string => {
  const parts: string[] = []
  let length = 0
  const program = (args[0] ?? '').slice(-64).split('/').at(-1) ?? ''
  const short = Object.hasOwn(shortOptions, program) ? shortOptions[program] : undefined
  for (let index = 0; index < args.length; index += 1) {
    const part = maskAt(args, index, short)
    parts.push(part)
    length += part.length + 1
    if (length > limit) break
  }
  const text = parts.join(' ').replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '�')
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text
}
