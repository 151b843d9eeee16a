import { isName, kindAt, signAt, wordAt, type Range, type Statement } from './statement.ts'

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '))

/** Words after which a value may stand. */
const beforeOperand = words(
  'select distinct all any some where and or not xor in like ilike rlike regexp glob match similar to between by having limit offset top values set ' +
    'from join table into update on using when then else case return returning is as with exists interval over default fetch first next only escape ' +
    'sounds div mod collate exec execute call use asc desc straight_join partition binary qualify lateral symmetric',
)
/** Words that may follow a value. */
const afterOperand = words(
  'from where and or xor not in like ilike rlike regexp glob match similar between is isnull notnull order group having limit offset union intersect ' +
    'except minus join inner left right full cross natural on using as asc desc nulls set values when then else end for fetch returning window over ' +
    'escape collate into rows row only div mod with partition at lock procedure force use ignore straight_join qualify tablesample filter within',
)
/** Words with which no value begins. */
const notFirst = words(
  'from where and or xor order group having limit offset union intersect except join inner left right full cross natural on using set values into by as ' +
    'asc desc like ilike rlike regexp between in is when then else end returning select insert update delete create drop alter with for fetch nulls over',
)
/** Words with which no value ends. */
const notLast = words(
  'from where and or xor not order group by having limit offset union intersect except join inner left right full cross natural on using set values ' +
    'into as like ilike rlike regexp between in is case when then else select distinct insert update delete returning with for',
)

/**
 * Whether the part stands where an app leaves a place for one value, name or number, and reads like one or more of them. Text of the
 * app's own that somebody happens to type (`order by`, `from products`) mostly does not: its neighbours expect something else.
 */
export function standsInSlot(statement: Statement, range: Range): boolean {
  return (
    expectsOperand(statement, range.first - 1) &&
    beginsOperand(statement, range.first) &&
    endsOperand(statement, range.last) &&
    allowsAfter(statement, range) &&
    !isTailOfSelect(statement, range)
  )
}

/** Whether the token at that place leaves the statement waiting for a value. */
export function expectsOperand(statement: Statement, index: number): boolean {
  switch (kindAt(statement, index)) {
    case 'comment':
      return expectsOperand(statement, skipComments(statement, index))
    case 'word':
      return beforeOperand.has(wordAt(statement, index))
    case 'operator':
      return !isStar(statement, index)
    case 'punctuation':
      return '(,[.'.includes(signAt(statement, index))
    case 'identifier':
    case 'number':
    case 'parameter':
    case 'string':
    case null:
      return false
  }
}

function skipComments(statement: Statement, from: number): number {
  let index = from
  while (kindAt(statement, index) === 'comment') index -= 1
  return index
}

/** `*` as in `select *` and `t.*`, which multiplies nothing. */
export function isStar(statement: Statement, index: number): boolean {
  if (signAt(statement, index) !== '*') return false
  const before = index - 1
  const word = wordAt(statement, before)
  return kindAt(statement, before) === null || beforeOperand.has(word) || /^[(,.]$/.test(signAt(statement, before))
}

function beginsOperand(statement: Statement, index: number): boolean {
  const kind = kindAt(statement, index)
  if (kind === 'word') return !notFirst.has(wordAt(statement, index))
  // Where a value is expected no binary operator of the app's can stand, but its `*` can.
  if (kind === 'operator') return signAt(statement, index) !== '*'
  return kind === 'punctuation' ? signAt(statement, index) === '(' : true
}

function endsOperand(statement: Statement, index: number): boolean {
  const kind = kindAt(statement, index)
  if (kind === 'word') return !notLast.has(wordAt(statement, index)) || wordAt(statement, index - 1) === 'for'
  if (kind === 'operator') return isStar(statement, index)
  return kind === 'punctuation' ? /^[);\]]$/.test(signAt(statement, index)) : true
}

function allowsAfter(statement: Statement, { last }: Range): boolean {
  const next = last + 1
  switch (kindAt(statement, next)) {
    case null:
    case 'comment':
    case 'operator':
      return true
    case 'word':
      return afterOperand.has(wordAt(statement, next)) || isAlias(statement, next)
    case 'identifier':
      return isAlias(statement, next)
    case 'punctuation':
      return ',);]'.includes(signAt(statement, next))
    case 'number':
    case 'parameter':
    case 'string':
      return false
  }
}

/** `… total, …`: a name that the value gets. */
function isAlias(statement: Statement, index: number): boolean {
  if (!isName(statement, index)) return false
  const next = index + 1
  return (
    kindAt(statement, next) === null ||
    afterOperand.has(wordAt(statement, next)) ||
    /^[,);]$/.test(signAt(statement, next))
  )
}

/** Tokens that are looked back at for the `select` to which a list belongs. */
const longestList = 256
const endsList: ReadonlySet<string> = words('from where set values by having on using returning')

/** `id from products` in the list of a `select` of the app's: so that `from` is the app's, and was typed. */
function isTailOfSelect(statement: Statement, { first, last }: Range): boolean {
  for (let at = first; at <= last; at += 1) {
    const word = wordAt(statement, at)
    if (word === 'select' || word === 'union' || word === 'distinct' || signAt(statement, at) === '(') return false
    if (word === 'from') return isInSelectList(statement, first)
  }
  return false
}

function isInSelectList(statement: Statement, index: number): boolean {
  for (let at = index - 1; at >= 0 && index - at <= longestList; at -= 1) {
    const word = wordAt(statement, at)
    if (word === 'select') return true
    if (endsList.has(word)) return false
  }
  return false
}
