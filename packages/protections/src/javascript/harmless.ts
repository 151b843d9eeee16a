import { isMember, isWholeTemplate, kindAt, nameAt, signAt, stringAt, type Code, type Range } from './code.ts'

/** Forms of several tokens that are data, or that name a value: they give a client nothing that a plain value would not. */
export const isHarmlessForm = (code: Code, range: Range): boolean =>
  isData(code, range) || isSum(code, range) || isPath(code, range) || isList(code, range)

/** Names through which code reaches what the app did not hand it. */
export const reaching: ReadonlySet<string> = new Set(
  (
    'constructor __proto__ prototype __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ process require global globalThis ' +
    'window self this eval Function AsyncFunction GeneratorFunction import module exports mainModule Reflect Proxy Symbol WebAssembly arguments ' +
    'callee caller setTimeout setInterval setImmediate queueMicrotask fetch Bun Deno __dirname __filename'
  ).split(' '),
)

const constants: ReadonlySet<string> = new Set(['true', 'false', 'null', 'undefined', 'NaN', 'Infinity'])

const isLiteralAt = (code: Code, at: number): boolean => {
  const kind = kindAt(code, at)
  return (
    kind === 'number' ||
    kind === 'string' ||
    isWholeTemplate(code, at) ||
    (kind === 'name' && constants.has(nameAt(code, at)) && !isMember(code, at))
  )
}

/** Deepest nesting that is still read as data. */
const deepest = 200

/** `[1, {"a": "b"}]`, `-1`, `("x")`: what JSON says, and what it says in parentheses. */
export function isData(code: Code, { first, last }: Range): boolean {
  const end = endOfData(code, first, last, 0)
  return end === last + 1
}

/** @returns the index behind the data that begins there; -1 where none does */
function endOfData(code: Code, first: number, last: number, depth: number): number {
  if (first > last || depth > deepest) return -1
  const sign = signAt(code, first)
  if (sign === '-' || sign === '+') return kindAt(code, first + 1) === 'number' && first < last ? first + 2 : -1
  if (sign === '[') return endOfList(code, first, last, depth)
  if (sign === '{') return endOfObject(code, first, last, depth)
  if (sign === '(') {
    const end = endOfData(code, first + 1, last, depth + 1)
    return end !== -1 && end <= last && signAt(code, end) === ')' ? end + 1 : -1
  }
  return isLiteralAt(code, first) ? first + 1 : -1
}

function endOfList(code: Code, first: number, last: number, depth: number): number {
  let at = first + 1
  while (at <= last) {
    if (signAt(code, at) === ']') return at + 1
    const end = endOfData(code, at, last, depth + 1)
    if (end === -1 || end > last) return -1
    at = end
    if (signAt(code, at) === ',') at += 1
    else if (signAt(code, at) !== ']') return -1
  }
  return -1
}

function endOfObject(code: Code, first: number, last: number, depth: number): number {
  let at = first + 1
  while (at <= last) {
    if (signAt(code, at) === '}') return at + 1
    if (!isKey(code, at) || signAt(code, at + 1) !== ':') return -1
    const end = endOfData(code, at + 2, last, depth + 1)
    if (end === -1 || end > last) return -1
    at = end
    if (signAt(code, at) === ',') at += 1
    else if (signAt(code, at) !== '}') return -1
  }
  return -1
}

function isKey(code: Code, at: number): boolean {
  if (kindAt(code, at) === 'number') return true
  const name = kindAt(code, at) === 'name' ? nameAt(code, at) : stringAt(code, at)
  return name !== null && name !== '__proto__'
}

/** Tokens of a sum that are still read as one. */
const longestSum = 1_000

/** `2 * (3 + 4)`: numbers make a number, which the client could have sent at once. */
function isSum(code: Code, { first, last }: Range): boolean {
  if (last - first > longestSum) return false
  let depth = 0
  let expectsNumber = true
  for (let at = first; at <= last; at += 1) {
    const sign = signAt(code, at)
    if (kindAt(code, at) === 'number') {
      const token = code.tokens[at]
      // Whole numbers of any size take any time to work out.
      if (!expectsNumber || !token || code.text.charCodeAt(token.end - 1) === 110) return false
      expectsNumber = false
    } else if (sign === '(' && expectsNumber) depth += 1
    else if (sign === ')' && !expectsNumber && depth > 0) depth -= 1
    else if (/^[-+]$/.test(sign)) expectsNumber = true
    else if (/^(?:[*/%]|\*\*)$/.test(sign) && !expectsNumber) expectsNumber = true
    else return false
  }
  return depth === 0 && !expectsNumber
}

const reserved: ReadonlySet<string> = new Set(
  (
    'break case catch class const continue debugger default delete do else export extends finally for function if in instanceof let new return ' +
    'super switch throw try typeof var void while with yield await async'
  ).split(' '),
)

/** `price.amount`, `items[0].name`, `a?.b["c"]`: a value of the app's, unless a name on the way leads out of it. */
const isPath = (code: Code, { first, last }: Range): boolean => endOfPath(code, first, last) === last + 1

/** @returns the index behind the path that begins there; -1 where none does */
function endOfPath(code: Code, first: number, last: number): number {
  const name = kindAt(code, first) === 'name' ? nameAt(code, first) : ''
  // What a rule or a query is run on is `this`.
  const isThis = name === 'this' && signAt(code, first + 1) === '.' && first < last
  if (name === '' || reserved.has(name) || (reaching.has(name) && !isThis)) return -1
  let at = first + 1
  while (at <= last) {
    const sign = signAt(code, at)
    if (sign === '.' || sign === '?.') {
      if (kindAt(code, at + 1) === 'name' && at < last && !reaching.has(nameAt(code, at + 1))) at += 2
      else if (sign === '?.' && signAt(code, at + 1) === '[') at += 1
      else return -1
    } else if (sign === '[') {
      if (at + 2 > last || !isPlainKey(code, at + 1) || signAt(code, at + 2) !== ']') return -1
      at += 3
    } else return at
  }
  return at
}

function isPlainKey(code: Code, at: number): boolean {
  if (kindAt(code, at) === 'number') return true
  const key = stringAt(code, at)
  return key !== null && !reaching.has(key)
}

/** `1, 2, 'c'` and `a, b.c` between the app's own brackets. */
function isList(code: Code, { first, last }: Range): boolean {
  if (!/^[([,]$/.test(signAt(code, first - 1)) || !/^[)\],]$/.test(signAt(code, last + 1))) return false
  let at = first
  while (at <= last) {
    const data = endOfData(code, at, last, 0)
    const end = data === -1 ? endOfPath(code, at, last) : data
    if (end === -1) return false
    if (end === last + 1) return true
    if (signAt(code, end) !== ',') return false
    at = end + 1
  }
  return false
}
