import type { Command } from './command.ts'
import { content, likely, nothing, sure, type Verdict } from './place.ts'
import { looksLikeOption } from './programs.ts'
import type { Hit } from './search.ts'

/**
 * What a value does that reached a word as data: choose the program, set a variable for it, or give it an option.
 * @param command the command of which the word is a part, if it is part of one
 */
export function judgeWord(command: Command | null, { word, from }: Hit, form: string): Verdict {
  if (word.use === 'program') return judgeProgram(word.text, form)
  if (from > 0) return content
  switch (word.use) {
    case 'assignment':
      return /^[A-Za-z_]\w*=/.test(form)
        ? likely('A value from the request sets a variable for the program.', 0.8)
        : content
    case 'argument':
      return command && looksLikeOption(form) && !isCut(word.text, form) && command.readsOption(word)
        ? addsOption(form)
        : content
    case 'target':
    case 'text':
      return content
  }
}

/** A plain word may be the app's own; a path hardly is, and one that climbs leaves the folder of the app's programs. */
function judgeProgram(program: string, form: string): Verdict {
  const names = program.length === form.length ? /[\\/]/.test(form) : /(?:^|[\\/])\.\.[\\/]/.test(form)
  return names ? likely('A value from the request names the program that is run.', 0.85) : nothing
}

/** Of an option as short as `-l` the app may have one of its own. */
const addsOption = (form: string): Verdict =>
  (form.length > 3 ? sure : likely)('A value from the request is an option of the program.', 0.85)

/** `-l` in an app's `-la`. */
const isCut = (text: string, form: string): boolean =>
  form.length < 4 && /[A-Za-z0-9]$/.test(form) && /[A-Za-z0-9]/.test(text.charAt(form.length))
