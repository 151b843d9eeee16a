import { FlatReader } from './flat-reader.ts'
import { role, type Reading } from './reading.ts'

/** Reads a command as `cmd.exe /c` does: only `"` quotes, `^` escapes, and `%NAME%` is replaced in quotes too. */
export function readCmd(text: string): Reading {
  const reader = new FlatReader(text)
  let quoted = false
  while (!reader.atEnd) {
    const { sign } = reader
    if (sign === '%') percent(reader, quoted)
    else if (sign === '"') {
      reader.begin()
      reader.mark(1, role.quote)
      quoted = !quoted
    } else if (sign === '\n' || sign === '\r') {
      reader.end()
      reader.mark(1, role.newline)
      quoted = false
    } else if (quoted) reader.keep(role.content)
    else if (sign === '^') reader.escape()
    else if (/[\t ,;=]/.test(sign)) {
      reader.end()
      reader.mark(1, sign === ' ' || sign === '\t' ? role.space : role.plain)
    } else if (/[&|()]/.test(sign)) {
      reader.end()
      reader.mark(1, role.operator)
    } else if (sign === '<' || sign === '>') {
      reader.end()
      reader.mark(1, role.redirect)
    } else reader.keep(role.plain)
  }
  reader.closed = !quoted
  return reader.finish()
}

/** Longest name of a variable, with what may stand behind it (`%PATH:~0,1%`). */
const longestName = 64

/** One percent sign alone is a percent sign. */
function percent(reader: FlatReader, quoted: boolean): void {
  const name = reader.text.slice(reader.at + 1, reader.at + longestName)
  const length = /^[^%\s]+(?=%)/.exec(name)?.[0].length
  if (length === undefined) {
    reader.keep(quoted ? role.content : role.plain)
    return
  }
  reader.hole(role.expansion)
  reader.mark(length, role.content)
  reader.mark(1, role.expansion)
}
