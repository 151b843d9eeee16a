import { isMember, isWholeTemplate, kindAt, nameAt, signAt, stringAt, type Code, type Range } from './code.ts'
import { reaching } from './harmless.ts'

/**
 * Whether a part of the script's code holds what no app lets a client choose: a call, an assignment, a function, a second statement, a
 * condition of its own, or a name that leads out of the app's data. Unlike a place that merely fits, this is told from the part itself.
 */
export function holdsEvidence(code: Code, range: Range): boolean {
  // So much code is in no app's script and in somebody's text by chance.
  if (range.last - range.first >= certain) return true
  for (let at = range.first; at <= range.last; at += 1) {
    if (
      stacks(code, at, range) ||
      calls(code, at, range) ||
      assigns(code, at, range) ||
      declares(code, at, range) ||
      decides(code, at, range) ||
      reaches(code, at, range) ||
      substitutes(code, at, range)
    )
      return true
  }
  return false
}

const certain = 1_000

const isValue = (code: Code, at: number): boolean => {
  const kind = kindAt(code, at)
  return kind === 'name' || kind === 'number' || kind === 'string' || kind === 'template' || kind === 'regex'
}

const stacks = (code: Code, at: number, { first, last }: Range): boolean =>
  signAt(code, at) === ';' && at < last && at > first && isValue(code, at + 1)

const notCalls: ReadonlySet<string> = new Set(
  'if for while switch with catch return typeof in of void case else do function'.split(' '),
)

function calls(code: Code, at: number, { first, last }: Range): boolean {
  if (at === first) return false
  const isTemplate = kindAt(code, at) === 'template' && code.text.charCodeAt(code.tokens[at]?.start ?? 0) === 96
  if (signAt(code, at) !== '(' && !isTemplate) return false
  if (at === last && !isTemplate) return false
  const before = at - 1
  if (kindAt(code, before) === 'name') return isMember(code, before) || !notCalls.has(nameAt(code, before))
  return !isTemplate && (/^[)\]]$/.test(signAt(code, before)) || isWholeTemplate(code, before))
}

const assigns = (code: Code, at: number, { first, last }: Range): boolean =>
  at > first && at < last && /^(?:[-+*/%&|^]|\*\*|<<|>>>?|&&|\|\||\?\?)?=$/.test(signAt(code, at))

const declaring: ReadonlySet<string> = new Set('function class import throw delete await yield async'.split(' '))
const controlling: ReadonlySet<string> = new Set('while for if switch with'.split(' '))

function declares(code: Code, at: number, { first, last }: Range): boolean {
  if (at === last) return false
  // `=> {` alone is half of what many scripts hold.
  if (signAt(code, at) === '=>') return at > first && isValue(code, at + 1)
  if (signAt(code, at) === '...') return isValue(code, at + 1)
  if (kindAt(code, at) !== 'name' || isMember(code, at) || signAt(code, at + 1) === ':') return false
  const name = nameAt(code, at)
  if (controlling.has(name)) return signAt(code, at + 1) === '(' && at + 3 <= last
  if (name === 'new') return kindAt(code, at + 1) === 'name' && at + 2 <= last
  return declaring.has(name) && (isValue(code, at + 1) || (signAt(code, at + 1) === '(' && at + 2 <= last))
}

/** `|| true`, `1 == 1`, `x ? y : z`; a comparison of two names may be the app's own words. */
function decides(code: Code, at: number, { first, last }: Range): boolean {
  const sign = signAt(code, at)
  if (sign === '' || at === last) return false
  if (/^(?:\|\||&&|\?\?|,)$/.test(sign)) return isLiteral(code, at + 1) || (at > first && isLiteral(code, at - 1))
  if (/^(?:[=!]==?|[<>]=?|[-+*/%&|^]|\*\*)$/.test(sign))
    return at > first && isLiteral(code, at - 1) && isLiteral(code, at + 1)
  return sign === '?' && at > first && isValue(code, at - 1) && isValue(code, at + 1)
}

const isLiteral = (code: Code, at: number): boolean => {
  const kind = kindAt(code, at)
  return (
    kind === 'number' ||
    kind === 'string' ||
    (kind === 'name' && /^(?:true|false|null|undefined)$/.test(nameAt(code, at)))
  )
}

/** `a.constructor`, `process.env`, `x["__proto__"]`, `a[b]`. */
function reaches(code: Code, at: number, { first, last }: Range): boolean {
  if (kindAt(code, at) === 'name' && reaching.has(nameAt(code, at))) {
    if (isMember(code, at) && at > first) return !isWebName(nameAt(code, at))
    const next = at < last ? signAt(code, at + 1) : ''
    return /^(?:\.|\?\.|\[|\()$/.test(next) && !(nameAt(code, at) === 'this' && next === '.')
  }
  if (signAt(code, at) !== '[' || at === first || at >= last) return false
  if (kindAt(code, at - 1) !== 'name' && !/^[)\]]$/.test(signAt(code, at - 1))) return false
  const inside = at + 1
  if (kindAt(code, inside) === 'number' && signAt(code, inside + 1) === ']') return false
  const key = stringAt(code, inside)
  if (key !== null && signAt(code, inside + 1) === ']') return reaching.has(key)
  return inside <= last
}

/** Properties that data has too. */
const isWebName = (name: string): boolean =>
  /^(?:self|window|module|exports|global|process|fetch|caller|import|this|arguments)$/.test(name)

/** A substitution in a template, opened by the part. */
const substitutes = (code: Code, at: number, { last }: Range): boolean =>
  kindAt(code, at) === 'template' &&
  at < last &&
  !isWholeTemplate(code, at) &&
  code.text.startsWith('${', (code.tokens[at]?.end ?? 0) - 2) &&
  isValue(code, at + 1) &&
  !(kindAt(code, at + 1) === 'name' && kindAt(code, at + 2) === 'template')
