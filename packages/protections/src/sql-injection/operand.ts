import type { Token } from '../sql/tokenise.ts'
import type { Statement } from './judge.ts'

/**
 * Words after which a value may stand, and words that may follow one. A value that an app puts into a statement stands where an
 * operand may stand; a phrase of the app's own text that somebody happens to type (`order by`, `from products`) mostly does not.
 */
const before = new Set(
  (
    'select distinct all any some where and or not xor in like ilike rlike regexp glob match similar to between by having limit offset top values set from join table into update ' +
    'on using when then else case return returning is as with exists interval over default fetch first next only escape sounds div mod collate exec execute call use procedure'
  ).split(' '),
)
const after = new Set(
  (
    'from where and or xor not in like ilike rlike regexp glob match similar between is isnull notnull order group having limit offset union intersect except ' +
    'join inner left right full cross natural on using as asc desc nulls set values when then else end for fetch returning window over escape collate into rows row only ' +
    'div mod with partition at returning'
  ).split(' '),
)

/** Inputs longer than this many parts are taken at their word. */
const longestPhrase = 4

/**
 * False only for a short phrase of words and numbers whose neighbours show that no operand was meant where it stands,
 * so that it is the app's own text which the input happens to equal.
 */
export function mayBeOperand(statement: Statement, first: number, last: number): boolean {
  if (last - first + 1 > longestPhrase) return true
  for (let at = first; at <= last; at += 1) {
    const kind = statement.tokens[at]?.kind
    if (kind !== 'word' && kind !== 'number') return true
  }
  return allowsBefore(statement, first - 1) && allowsAfter(statement, last + 1)
}

function allowsBefore({ text, tokens }: Statement, index: number): boolean {
  const token = tokens[index]
  // Nothing stands before it: a value opens no statement, unless it is the statement.
  if (!token) return tokens.length <= longestPhrase
  if (token.kind === 'word') return before.has(word(text, token))
  return (
    token.kind === 'operator' || (token.kind === 'punctuation' && ',(;['.includes(text.slice(token.start, token.end)))
  )
}

function allowsAfter({ text, tokens }: Statement, index: number): boolean {
  const token = tokens[index]
  if (!token) return true
  if (token.kind === 'word') return after.has(word(text, token))
  return (
    token.kind === 'operator' ||
    token.kind === 'comment' ||
    (token.kind === 'punctuation' && ',);]'.includes(text.slice(token.start, token.end)))
  )
}

const word = (text: string, token: Token): string => text.slice(token.start, token.end).toLowerCase()
