import { isLiteral, isName, kindAt, signAt, wordAt, type Range, type Statement } from './statement.ts'

/** Forms of several tokens that apps let a request choose, and that change no structure worth the name. */
export const isHarmlessForm = (statement: Statement, range: Range): boolean =>
  isSignedNumber(statement, range) ||
  isQualifiedName(statement, range) ||
  isLiteralList(statement, range) ||
  isSortList(statement, range) ||
  isAggregate(statement, range)

/** Tokens between a value and the word that says what its list is for; without a bound every value would read the whole list. */
const longestLookBack = 2_048

function isSignedNumber(statement: Statement, { first, last }: Range): boolean {
  const sign = signAt(statement, first)
  if (last !== first + 1 || (sign !== '-' && sign !== '+') || kindAt(statement, last) !== 'number') return false
  // `id` `-1`: a sign that follows a value is arithmetic.
  const before = first - 1
  return (
    kindAt(statement, before) === 'word' ||
    kindAt(statement, before) === 'operator' ||
    /^[(,[]$/.test(signAt(statement, before))
  )
}

/** `t.price`, `public.products.price`. */
function isQualifiedName(statement: Statement, { first, last }: Range): boolean {
  if ((last - first) % 2 !== 0) return false
  for (let at = first; at <= last; at += 1) {
    if ((at - first) % 2 === 0 ? !isName(statement, at) : signAt(statement, at) !== '.') return false
  }
  return true
}

/** `1, 2, 'c'` in `IN (…)` or `ARRAY[…]`. */
function isLiteralList(statement: Statement, { first, last }: Range): boolean {
  const isPart = (index: number): boolean => {
    const sign = signAt(statement, index)
    return isLiteral(statement, index) || sign === ',' || (sign === '-' && !isLiteral(statement, index - 1))
  }
  for (let at = first; at <= last; at += 1) if (!isPart(at)) return false
  let open = first - 1
  while (open >= 0 && first - open <= longestLookBack && (isPart(open) || kindAt(statement, open) === 'parameter'))
    open -= 1
  const sign = signAt(statement, open)
  return (
    (sign === '(' && wordAt(statement, open - 1) === 'in') || (sign === '[' && wordAt(statement, open - 1) === 'array')
  )
}

const sumsUp: ReadonlySet<string> = new Set('count min max sum avg now'.split(' '))

/** `count(*)`, `max(price)`: what people type about SQL, and what selects nothing that the statement did not hold. */
function isAggregate(statement: Statement, { first, last }: Range): boolean {
  if (!sumsUp.has(wordAt(statement, first)) || signAt(statement, first + 1) !== '(' || signAt(statement, last) !== ')')
    return false
  const inside = { first: first + 2, last: last - 1 }
  if (inside.first > inside.last) return true
  if (inside.first === inside.last && signAt(statement, inside.first) === '*') return true
  return isQualifiedName(statement, inside)
}

/** `name desc, t.price nulls last` in an `ORDER BY` or `GROUP BY`. */
function isSortList(statement: Statement, range: Range): boolean {
  return isInSortClause(statement, range.first) && readsAsSortList(statement, range)
}

const endsSortClause: ReadonlySet<string> = new Set(
  'select from where having limit offset fetch for union intersect except set values into join on window returning'.split(
    ' ',
  ),
)

function isInSortClause(statement: Statement, index: number): boolean {
  let depth = 0
  for (let at = index - 1; at >= 0 && index - at <= longestLookBack; at -= 1) {
    const sign = signAt(statement, at)
    if (sign === ')') depth += 1
    else if (sign === '(') {
      if (depth === 0) return false
      depth -= 1
    } else if (sign === ';') return false
    if (depth > 0) continue
    const word = wordAt(statement, at)
    if (word === 'by') return /^(?:order|group|partition)$/.test(wordAt(statement, at - 1))
    if (endsSortClause.has(word)) return false
  }
  return false
}

/** Names or ordinals, each with an optional direction; a list may begin with the direction of what stands before it. */
function readsAsSortList(statement: Statement, { first, last }: Range): boolean {
  let at = first
  const direction = (): void => {
    if (/^(?:asc|desc)$/.test(wordAt(statement, at))) at += 1
    if (wordAt(statement, at) === 'nulls' && /^(?:first|last)$/.test(wordAt(statement, at + 1))) at += 2
  }
  direction()
  if (at > first) {
    if (at > last) return at === last + 1
    if (signAt(statement, at) !== ',') return false
    at += 1
  }
  while (at <= last) {
    if (kindAt(statement, at) === 'number') at += 1
    else {
      const end = endOfName(statement, at)
      if (end === at) return false
      at = end
    }
    direction()
    if (at > last) return at === last + 1
    if (signAt(statement, at) !== ',') return false
    at += 1
  }
  return false
}

function endOfName(statement: Statement, from: number): number {
  if (!isName(statement, from) || endsSortClause.has(wordAt(statement, from))) return from
  let at = from + 1
  while (signAt(statement, at) === '.' && isName(statement, at + 1)) at += 2
  return at
}
