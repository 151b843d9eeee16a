export interface TokenKey {
  /** Name of the query parameter, where it is not the key itself. */
  readonly to?: string
  /** Repeated tokens add up. */
  readonly many?: boolean
  readonly choices?: readonly string[]
  readonly form?: 'yes_no' | 'time' | 'uuid'
}
export type TokenKeys = Readonly<Record<string, TokenKey>>

export interface TokenReading {
  readonly filter: Readonly<Record<string, unknown>>
  /** Tokens that could not be used, with what is allowed. */
  readonly mistakes: readonly string[]
}

const unquote = (value: string): string => value.replace(/^"(.*)"$/, '$1')
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Reads `state:held group:"front row" -route:/health words` by the keys of a page. What is no token is searched as text. */
export function readTokens(typed: string, keys: TokenKeys): TokenReading {
  const filter: Record<string, unknown> = {}
  const mistakes: string[] = []
  const words: string[] = []
  for (const token of typed.match(/-?\w+:"[^"]*"|"[^"]*"|\S+/g) ?? []) {
    const colon = token.indexOf(':')
    const name = token.slice(0, colon)
    const key = colon < 1 || !Object.hasOwn(keys, name) ? undefined : keys[name]
    if (!key) {
      words.push(unquote(token))
      continue
    }
    const given = unquote(token.slice(colon + 1))
    if (given === '') continue
    const read = readValue(name, given, key)
    if ('mistake' in read) mistakes.push(read.mistake)
    else {
      const to = key.to ?? name
      filter[to] = key.many ? [...((filter[to] as string[] | undefined) ?? []), read.value] : read.value
    }
  }
  if (words.length > 0) filter['text'] = words.join(' ')
  return { filter, mistakes }
}

function readValue(name: string, given: string, key: TokenKey): { value: string } | { mistake: string } {
  const choices = key.form === 'yes_no' ? ['yes', 'no'] : key.choices
  if (choices && !choices.includes(given)) return { mistake: `${name} is one of ${choices.join(', ')}; given ${given}` }
  if (key.form === 'time') {
    const time = new Date(given)
    return Number.isNaN(time.getTime())
      ? { mistake: `${name} is a date such as 2026-01-31; given ${given}` }
      : { value: time.toISOString() }
  }
  if (key.form === 'uuid' && !uuid.test(given)) return { mistake: `${name} is an id, 36 characters; given ${given}` }
  return { value: given }
}

/** What the last word could become: whole texts for the filter box. `known` adds values that only the server knows. */
export function completeTokens(
  typed: string,
  keys: TokenKeys,
  known: Readonly<Record<string, readonly string[]>> = {},
): string[] {
  const start = /(?:-?\w+:"[^"]*|\S*)$/.exec(typed)?.index ?? typed.length
  const last = typed.slice(start)
  const before = typed.slice(0, start)
  const colon = last.indexOf(':')
  if (colon < 1)
    return Object.keys(keys)
      .filter((name) => last !== '' && name.startsWith(last))
      .map((name) => `${before}${name}:`)
  const name = last.slice(0, colon)
  const key = Object.hasOwn(keys, name) ? keys[name] : undefined
  if (!key) return []
  const begun = last
    .slice(colon + 1)
    .replace(/^"/, '')
    .toLowerCase()
  const values = [...(key.form === 'yes_no' ? ['yes', 'no'] : (key.choices ?? [])), ...(known[name] ?? [])]
  return values
    .filter((value) => value.toLowerCase().startsWith(begun) && value.toLowerCase() !== begun)
    .slice(0, 12)
    .map((value) => `${before}${name}:${/\s/.test(value) ? `"${value}"` : value} `)
}
