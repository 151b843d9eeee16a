import { tokenise } from '@riposte/protections/javascript'

/** The name under which the guard can be reached from any script. */
export const guardName = '__riposteCode'

/** Most files that hold the word speak of a method, or only of it. */
const worthReading = /(?<![.\w$])eval\s*\(|,\s*eval\s*\)/
/** Larger files are bundles whose reading would cost every start. */
const longest = 4_000_000

/**
 * `eval(x)` sees the names around it only where it is written so: it cannot be replaced, but what is handed to it can be looked at
 * first. `eval(x)` becomes `eval(guard(x))`, and `(0, eval)(x)`, which sees only globals, `(0, guard.eval)(x)`.
 * No line moves.
 * @returns null when nothing has to change
 */
export function rewriteEval(source: string): string | null {
  if (source.length > longest || !worthReading.test(source)) return null
  const tokens = tokenise(source).filter((token) => token.kind !== 'comment')
  const textAt = (index: number): string => {
    const token = tokens[index]
    return token ? source.slice(token.start, token.end) : ''
  }
  const inserts: { readonly at: number; readonly text: string }[] = []
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index]
    if (!token || textAt(index) !== 'eval' || isName(textAt(index - 1), textAt(index + 1))) continue
    if (textAt(index + 1) === '(') {
      const close = closing(index + 1, textAt, tokens.length)
      const open = tokens[index + 1]
      const end = tokens[close]
      // `eval(...parts)` takes the first, which is not known before it runs.
      if (!open || !end || close === index + 2 || textAt(index + 2) === '...') continue
      inserts.push({ at: open.end, text: `${guardName}(` }, { at: end.start, text: ')' })
    } else if (textAt(index - 1) === ',' && textAt(index + 1) === ')') {
      inserts.push({ at: token.start, text: `${guardName}.` })
    }
  }
  if (inserts.length === 0) return null
  inserts.sort((one, other) => one.at - other.at)
  let out = ''
  let from = 0
  for (const { at, text } of inserts) {
    out += source.slice(from, at) + text
    from = at
  }
  return out + source.slice(from)
}

/** A property, a method, a declaration: not the function that runs code. */
const isName = (before: string, after: string): boolean =>
  before === '.' || before === '?.' || before === 'function' || before === '#' || (after === ':' && before !== '?')

/** The bracket that closes the one at the index; -1 when none does. */
function closing(index: number, textAt: (index: number) => string, length: number): number {
  let depth = 0
  for (let at = index; at < length; at += 1) {
    const text = textAt(at)
    if (text === '(' || text === '[' || text === '{') depth += 1
    else if (text === ')' || text === ']' || text === '}') depth -= 1
    if (depth === 0) return at
  }
  return -1
}
