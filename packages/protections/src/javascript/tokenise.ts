import { readBlockComment, readLineComment, readNumber, readRegex, readString, readTemplate } from './read-literal.ts'
import { isDigit, isNamePart, isNameStart, isSpace, plain, type Token } from './token.ts'

/**
 * The tokens of a script, comments included, white space left out. Linear, and never throws: what no engine reads becomes `invalid` or
 * an unclosed token. Where a `/` may be a division or begin a regular expression, what stands before it tells.
 */
export function tokenise(text: string): readonly Token[] {
  return new Tokeniser(text).read()
}

/** What an opening bracket is for, which says whether a regular expression may follow its closing one. */
type Opening = 'control' | 'group' | 'list' | 'block' | 'object' | 'substitution'

/** Longest first. */
const signs = (
  '>>>= ... === !== **= <<= >>= >>> &&= ||= ??= => == != <= >= && || ?? ?. ++ -- += -= *= /= %= &= |= ^= << >> ** ' +
  '{ } ( ) [ ] ; , < > + - * / % & | ^ ! ~ ? : = .'
).split(' ')
const signsByCode = new Map<number, readonly string[]>()
for (const sign of signs) {
  const code = sign.charCodeAt(0)
  signsByCode.set(code, [...(signsByCode.get(code) ?? []), sign])
}

/** Names behind which a value is expected. */
const beforeValue = new Set(
  'return typeof instanceof in new delete void throw case do else yield await default extends'.split(' '),
)
const controls = new Set(['if', 'while', 'for', 'with'])

class Tokeniser {
  readonly #text: string
  readonly #tokens: Token[] = []
  readonly #open: Opening[] = []
  /** The last token that is no comment, its text where it is a name or a sign, and whether a value may follow it. */
  #before: Token | null = null
  #beforeText = ''
  #isMember = false
  #expectsValue = true

  constructor(text: string) {
    this.#text = text
  }

  read(): readonly Token[] {
    const text = this.#text
    let at = 0
    if (text.startsWith('#!')) at = this.#add(readLineComment(text, 0, 2))
    while (at < text.length) {
      const code = text.charCodeAt(at)
      if (isSpace(code)) at += 1
      else at = this.#next(at, code)
    }
    return this.#tokens
  }

  /** @returns where the token ends */
  #next(at: number, code: number): number {
    const text = this.#text
    const comment = this.#commentAt(at, code)
    if (comment) return this.#add(comment)
    if (isNameStart(code) || code === 35 || code === 92) return this.#addName(at)
    if (isDigit(code) || (code === 46 && isDigit(text.charCodeAt(at + 1)))) return this.#addValue(readNumber(text, at))
    if (code === 39 || code === 34) return this.#addValue(readString(text, at))
    if (code === 96) return this.#addTemplate(at)
    if (code === 47 && this.#expectsValue) return this.#addValue(readRegex(text, at))
    if (code === 125 && this.#open.at(-1) === 'substitution') {
      this.#open.pop()
      return this.#addTemplate(at)
    }
    return this.#addSign(at, code)
  }

  #commentAt(at: number, code: number): Token | null {
    const text = this.#text
    if (code === 47) {
      const next = text.charCodeAt(at + 1)
      if (next === 47) return readLineComment(text, at, 2)
      return next === 42 ? readBlockComment(text, at) : null
    }
    // Scripts still take the comments of old web pages.
    if (code === 60 && text.startsWith('<!--', at)) return readLineComment(text, at, 4)
    return code === 45 && text.startsWith('-->', at) && this.#beginsLine(at) ? readLineComment(text, at, 3) : null
  }

  #beginsLine(at: number): boolean {
    const last = this.#tokens.at(-1)
    if (!last) return true
    return /[\n\r\u2028\u2029]/.test(this.#text.slice(last.end, at))
  }

  #addName(start: number): number {
    const text = this.#text
    let at = start
    if (text.charCodeAt(at) === 35) at += 1
    for (;;) {
      if (at < text.length && isNamePart(text.charCodeAt(at))) at += 1
      else if (text.charCodeAt(at) === 92) {
        const escape = /^\\u(?:[0-9a-fA-F]{4}|\{[0-9a-fA-F]{1,8}\})/.exec(text.slice(at, at + 12))
        if (!escape) break
        at += escape[0].length
      } else break
    }
    if (at === start) return this.#addValue(plain('invalid', start, start + 1))
    const name = text.slice(start, at)
    const isMember = this.#beforeText === '.' || this.#beforeText === '?.'
    this.#add(plain('name', start, at))
    this.#beforeText = name
    this.#isMember = isMember
    this.#expectsValue = !isMember && (name === 'of' ? this.#open.at(-1) === 'control' : beforeValue.has(name))
    return at
  }

  #addTemplate(start: number): number {
    const { opensSubstitution, ...piece } = readTemplate(this.#text, start)
    this.#addValue(piece)
    if (opensSubstitution) {
      this.#open.push('substitution')
      this.#expectsValue = true
    }
    return piece.end
  }

  #addSign(start: number, code: number): number {
    const sign = signsByCode.get(code)?.find((candidate) => this.#text.startsWith(candidate, start))
    if (sign === undefined) return this.#addValue(plain('invalid', start, start + 1))
    // `a?.5:b` is a choice.
    const isChoice = sign === '?.' && isDigit(this.#text.charCodeAt(start + 2))
    const read = isChoice ? '?' : sign
    const opening = this.#openingOf(read)
    if (opening) this.#open.push(opening)
    const closes = read === ')' || read === ']' || read === '}'
    const closed = closes && this.#open.length > 0 ? this.#open.pop() : undefined
    this.#add(plain('punctuator', start, start + read.length))
    this.#beforeText = read
    this.#expectsValue = closes ? closed === 'control' || closed === 'block' : read !== '++' && read !== '--'
    return start + read.length
  }

  #openingOf(sign: string): Opening | null {
    if (sign === '(')
      return this.#before?.kind === 'name' && controls.has(this.#beforeText) && !this.#isMember ? 'control' : 'group'
    if (sign === '[') return 'list'
    if (sign !== '{') return null
    return this.#opensObject() ? 'object' : 'block'
  }

  #opensObject(): boolean {
    if (this.#before?.kind === 'name')
      return this.#expectsValue && this.#beforeText !== 'else' && this.#beforeText !== 'do'
    if (this.#before?.kind !== 'punctuator') return this.#before?.kind === 'template' && this.#expectsValue
    switch (this.#beforeText) {
      case ')':
      case ';':
      case '{':
      case '}':
      case '=>':
        return false
      case ':':
        return this.#open.length > 0 && this.#open.at(-1) !== 'block'
      default:
        return this.#expectsValue
    }
  }

  #addValue(token: Token): number {
    this.#add(token)
    this.#beforeText = ''
    this.#expectsValue = false
    return token.end
  }

  #add(token: Token): number {
    this.#tokens.push(token)
    if (token.kind !== 'comment') {
      this.#before = token
      this.#isMember = false
    }
    return token.end
  }
}
