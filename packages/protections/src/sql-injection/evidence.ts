import { isLiteral, isName, kindAt, signAt, wordAt, type Range, type Statement } from './statement.ts'

/**
 * Whether a part of the statement's code holds what no app lets a client choose: a second statement or query, a condition of its own,
 * a call. Unlike a place that merely fits, this is told from the part itself.
 */
export function holdsEvidence(statement: Statement, { first, last }: Range): boolean {
  for (let at = first; at <= last; at += 1) {
    if (
      stacks(statement, at, last) ||
      combines(statement, at, last) ||
      subqueries(statement, at, last) ||
      connects(statement, at, first, last) ||
      equates(statement, at, last) ||
      calls(statement, at, last) ||
      writesFile(statement, at, last)
    ) {
      return true
    }
  }
  return false
}

const stacks = (statement: Statement, at: number, last: number): boolean => signAt(statement, at) === ';' && at < last

const setOperators: ReadonlySet<string> = new Set(['union', 'intersect', 'except', 'minus'])
const queryStarts: ReadonlySet<string> = new Set(['select', 'all', 'distinct', 'values', 'table', 'with'])

const combines = (statement: Statement, at: number, last: number): boolean =>
  at < last &&
  setOperators.has(wordAt(statement, at)) &&
  (queryStarts.has(wordAt(statement, at + 1)) || signAt(statement, at + 1) === '(')

/** A query that begins inside the statement, not the statement's own beginning. */
const subqueries = (statement: Statement, at: number, last: number): boolean =>
  at > 0 && at < last && wordAt(statement, at) === 'select'

const isConnective = (statement: Statement, at: number): boolean =>
  /^(?:or|and|xor)$/.test(wordAt(statement, at)) || /^(?:\|\||&&)$/.test(signAt(statement, at))

/** `1 or 1`, `or true`, `and (`; names on both sides may be the app's own words. */
function connects(statement: Statement, at: number, first: number, last: number): boolean {
  if (at === last || !isConnective(statement, at)) return false
  if (isCondition(statement, at + 1)) return true
  return at > first && (isLiteral(statement, at - 1) || signAt(statement, at - 1) === ')')
}

const isCondition = (statement: Statement, at: number): boolean =>
  isLiteral(statement, at) ||
  /^(?:true|false|not|null|exists|case)$/.test(wordAt(statement, at)) ||
  /^[(~!+-]/.test(signAt(statement, at))

/** A literal compared with a literal, or a name with itself: nothing of the data is asked. */
const equates = (statement: Statement, at: number, last: number): boolean =>
  at + 2 <= last &&
  (isLiteral(statement, at) ? isLiteral(statement, at + 2) : isSame(statement, at, at + 2)) &&
  (kindAt(statement, at + 1) === 'operator' || /^(?:like|is|ilike)$/.test(wordAt(statement, at + 1)))

const isSame = (statement: Statement, one: number, other: number): boolean =>
  wordAt(statement, one) !== '' && wordAt(statement, one) === wordAt(statement, other)

/** Words that stand before a parenthesis and call nothing. */
const notCalls: ReadonlySet<string> = new Set(
  (
    'in values and or not on as using exists any all some from where select by set having over filter join into when then else case like between ' +
    'limit offset table index key check references primary unique count min max sum avg now'
  ).split(' '),
)

/** `pg_sleep(5)`; `into products (name)` is a list of columns. */
const calls = (statement: Statement, at: number, last: number): boolean =>
  at < last &&
  isName(statement, at) &&
  signAt(statement, at + 1) === '(' &&
  !notCalls.has(wordAt(statement, at)) &&
  !/^(?:into|table|update|join|index|on)$/.test(wordAt(statement, at - 1))

const writesFile = (statement: Statement, at: number, last: number): boolean =>
  at < last && wordAt(statement, at) === 'into' && /^(?:outfile|dumpfile)$/.test(wordAt(statement, at + 1))
