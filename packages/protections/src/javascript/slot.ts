import { isMember, kindAt, nameAt, signAt, type Code, type Range } from './code.ts'

const wordsBefore: ReadonlySet<string> = new Set(
  'return typeof case in of instanceof new delete void throw await yield else do'.split(' '),
)
const wordsAfter: ReadonlySet<string> = new Set(['in', 'of', 'instanceof', 'else', 'while'])

/** Whether the part stands where an app leaves a place for one value: its neighbours expect one. */
export const standsInSlot = (code: Code, { first, last }: Range): boolean =>
  (expectsValue(code, first - 1) || (isMember(code, first) && kindAt(code, first) === 'name')) &&
  allowsAfter(code, last + 1)

/** Whether what stands at that place leaves the script waiting for a value. */
export function expectsValue(code: Code, index: number): boolean {
  switch (kindAt(code, index)) {
    case 'name':
      return wordsBefore.has(nameAt(code, index))
    case 'punctuator':
      return !/^(?:[)\]};{.]|\?\.|\+\+|--|=>)$/.test(signAt(code, index))
    case 'template':
      return code.text.startsWith('${', (code.tokens[index]?.end ?? 0) - 2)
    case 'comment':
      return expectsValue(code, index - 1)
    case 'number':
    case 'string':
    case 'regex':
    case 'invalid':
    case null:
      return false
  }
}

function allowsAfter(code: Code, index: number): boolean {
  const sign = signAt(code, index)
  switch (kindAt(code, index)) {
    case null:
    case 'comment':
      return true
    case 'punctuator':
      return sign !== '{' && sign !== '=>' && sign !== '!' && sign !== '~'
    case 'name':
      return wordsAfter.has(nameAt(code, index))
    case 'template':
      return code.text.charCodeAt(code.tokens[index]?.start ?? 0) === 125
    case 'number':
    case 'string':
    case 'regex':
    case 'invalid':
      return false
  }
}
