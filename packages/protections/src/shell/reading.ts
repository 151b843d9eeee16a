/** What one character of a command does. Those up to `escaped` stand for themselves. */
export const role = {
  plain: 0,
  /** In quotes, in a here-document, in a comment. */
  content: 1,
  /** It would act, were it not for the backslash before it. */
  escaped: 2,
  /** Opens or ends what is quoted, or ends a here-document. */
  quote: 3,
  escape: 4,
  space: 5,
  newline: 6,
  operator: 7,
  redirect: 8,
  /** `$(`, a backquote, `<(` and what ends them. */
  substitution: 9,
  /** `$` of a name, `${`, `$((` and what ends them. */
  expansion: 10,
  glob: 11,
  tilde: 12,
  brace: 13,
  comment: 14,
} as const
export type Role = (typeof role)[keyof typeof role]

/** In a word's text: something stands here that is known only when the command runs. */
export const hole = '\0'

/** What the command makes of a word. `text`: a comment, a here-document, a literal of code. */
export type WordUse = 'program' | 'argument' | 'assignment' | 'target' | 'text'

/** One word as the program gets it, quotes and backslashes taken away. */
export interface Word {
  readonly start: number
  readonly end: number
  readonly text: string
  /** Pairs: from this index of `text` on, characters stood from that index of the command on. */
  readonly pieces: readonly number[]
  readonly use: WordUse
}

/** A command read once; judged for many values. */
export interface Reading {
  readonly text: string
  /** One `Role` for each character. */
  readonly roles: Uint8Array
  readonly words: readonly Word[]
  /** The program and the arguments of each simple command. */
  readonly commands: readonly (readonly Word[])[]
  /** False: the text ended within quotes or a substitution. */
  readonly closed: boolean
}

/** Where in the command the character at that index of the word's text stood. */
export function placeOf({ pieces }: Word, index: number): number {
  let low = 0
  let high = pieces.length / 2 - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((pieces[middle * 2] as number) <= index) low = middle
    else high = middle - 1
  }
  return (pieces[low * 2 + 1] ?? 0) + index - (pieces[low * 2] ?? 0)
}
