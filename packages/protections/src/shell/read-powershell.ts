import { FlatReader } from './flat-reader.ts'
import { role, type Reading } from './reading.ts'

const single = /['\u2018\u2019\u201a\u201b]/
const double = /["\u201c\u201d\u201e]/
const acts = /[;|&(){}@,]/

/** Reads a command as PowerShell does: typographic quotes quote too, a backquote escapes, `$` acts in double quotes. */
export function readPowershell(text: string): Reading {
  const reader = new FlatReader(text)
  let quote: RegExp | null = null
  while (!reader.atEnd) {
    const { sign } = reader
    if (quote?.test(sign)) {
      // Twice is once, as content.
      if (quote.test(reader.text.charAt(reader.at + 1))) reader.escape()
      else {
        reader.mark(1, role.quote)
        quote = null
      }
    } else if (quote === single) reader.keep(role.content)
    else if (sign === '`') reader.escape()
    else if (sign === '$' && /[\w({?$^:]/.test(reader.text.charAt(reader.at + 1)))
      reader.hole(reader.text.charAt(reader.at + 1) === '(' ? role.substitution : role.expansion)
    else if (quote) reader.keep(role.content)
    else if (single.test(sign) || double.test(sign)) {
      quote = single.test(sign) ? single : double
      reader.begin()
      reader.mark(1, role.quote)
    } else readBare(reader, sign)
  }
  reader.closed = quote === null
  return reader.finish()
}

function readBare(reader: FlatReader, sign: string): void {
  if (sign === ' ' || sign === '\t') {
    reader.end()
    reader.mark(1, role.space)
  } else if (sign === '\n' || sign === '\r') {
    reader.end()
    reader.mark(1, role.newline)
  } else if (acts.test(sign)) {
    reader.end()
    reader.mark(1, role.operator)
  } else if (sign === '<' || sign === '>') {
    reader.end()
    reader.mark(1, role.redirect)
  } else if (sign === '#') reader.hole(role.comment)
  else reader.keep(role.plain)
}
