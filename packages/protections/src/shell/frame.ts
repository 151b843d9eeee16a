import type { Word } from './reading.ts'
import type { WordBuilder } from './word-builder.ts'

/** One level of nesting. `commands` and `here` have words of their own; the others write into the word around them. */
export interface Frame {
  readonly kind: 'commands' | 'double' | 'parameter' | 'arithmetic' | 'here'
  /** What ends it; of a here-document its delimiter; '' at the top. */
  readonly closer: string
  /** Stands within double quotes, where blanks and quotes do not act. */
  readonly quoted: boolean
  builder: WordBuilder | null
  argv: Word[]
  /** A redirect waits for its target. */
  redirect: 'file' | 'here' | 'here-tabs' | null
  /** Parentheses that are open in it; of a here-document: 1 when tabs before its delimiter are skipped. */
  depth: number
  /** Whose word is written: itself, or the nearest around it that has words. */
  readonly owner: Frame | null
  /** Of a backquote: where the text ended before it began. */
  readonly outerLimit: number
}

export const makeFrame = (
  kind: Frame['kind'],
  closer: string,
  options: { readonly quoted?: boolean; readonly around?: Frame | undefined; readonly outerLimit?: number } = {},
): Frame => ({
  kind,
  closer,
  quoted: options.quoted ?? false,
  owner: kind === 'commands' || kind === 'here' ? null : (options.around?.owner ?? options.around ?? null),
  outerLimit: options.outerLimit ?? 0,
  builder: null,
  argv: [],
  redirect: null,
  depth: 0,
})

/** A table of the ASCII characters that act somewhere. */
export function signs(characters: string): Uint8Array {
  const table = new Uint8Array(128)
  for (const character of characters) table[character.charCodeAt(0)] = 1
  return table
}
