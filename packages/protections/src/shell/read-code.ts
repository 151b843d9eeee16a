import { FlatReader } from './flat-reader.ts'
import { role, type Reading } from './reading.ts'

/**
 * Reads a script for an interpreter (`node -e`, `python -c`, `perl -e`) as far as all their languages agree: quotes, the backslash
 * in them, words. What stands outside of quotes and is no word or number acts.
 */
export function readCode(text: string): Reading {
  const reader = new FlatReader(text)
  let quote = ''
  while (!reader.atEnd) {
    const { sign } = reader
    if (quote !== '') readQuoted(reader, quote, sign)
    else if (sign === "'" || sign === '"' || sign === '`') {
      reader.end()
      reader.begin()
      reader.mark(1, role.quote)
      quote = sign
      continue
    } else if (/[\w\u0080-\uffff]/.test(sign)) reader.keep(role.plain)
    else readSign(reader, sign)
    if (quote !== '' && sign === quote) quote = ''
  }
  reader.closed = quote === ''
  return reader.finish()
}

function readQuoted(reader: FlatReader, quote: string, sign: string): void {
  if (sign === quote) {
    reader.mark(1, role.quote)
    reader.end()
  } else if (sign === '\\') reader.escape()
  else if (quote !== "'" && /[$#@]/.test(sign) && reader.text.charAt(reader.at + 1) === '{')
    reader.hole(role.substitution)
  else reader.keep(role.content)
}

function readSign(reader: FlatReader, sign: string): void {
  reader.end()
  reader.mark(1, sign === ' ' || sign === '\t' ? role.space : sign === '\n' ? role.newline : role.operator)
}
