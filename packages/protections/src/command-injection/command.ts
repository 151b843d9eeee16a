import type { Word } from '../shell/reading.ts'
import { codeArguments, programName, takesNoOptions, takesText } from './programs.ts'

/** One program with its arguments, and how it reads them. Worked out once for all values that stand in it. */
export class Command {
  readonly #indexes: ReadonlyMap<Word, number>
  readonly #argv: readonly string[]
  /** From here on no argument is an option of the program. */
  readonly #operandsFrom: number

  constructor(words: readonly Word[]) {
    this.#argv = words.map(({ text }) => text)
    this.#indexes = new Map(words.map((word, index) => [word, index]))
    this.#operandsFrom = operandsFrom(this.#argv)
  }

  /** Whether an argument that begins with a dash can change what the program does. */
  readsOption(word: Word): boolean {
    const index = this.#indexes.get(word) ?? 0
    return index > 0 && index < this.#operandsFrom && !(index > 1 && takesText(this.#argv[index - 1] as string))
  }
}

function operandsFrom(argv: readonly string[]): number {
  if (takesNoOptions(programName(argv[0] ?? ''))) return 0
  const separator = argv.indexOf('--', 1)
  // `sh -c 'ls "$1"' sh value`: what follows the code are its own parameters.
  const code = codeArguments(argv).find(({ language }) => language === 'shell')
  return Math.min(separator === -1 ? Infinity : separator, code?.to ?? Infinity)
}
