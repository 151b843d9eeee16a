import { hole, role, type Reading, type Word } from './reading.ts'

/** A program and its arguments as they are handed over without a shell: nothing acts. Holes stand between them in `text`. */
export function readArguments(file: string, args: readonly string[]): Reading {
  const all = [file, ...args]
  const text = all.join(hole)
  let start = 0
  const words = all.map((argument, index): Word => {
    const word: Word = {
      start,
      end: start + argument.length,
      text: argument,
      pieces: [0, start],
      use: index === 0 ? 'program' : 'argument',
    }
    start += argument.length + 1
    return word
  })
  return { text, roles: new Uint8Array(text.length).fill(role.content), words, commands: [words], closed: true }
}
