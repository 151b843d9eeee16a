import { fold, withoutLeet, withoutLookalikes, type Folded } from './fold.ts'
import { mean, meaningOf, splitRow } from './lexicon.ts'

/** One word: what it may mean, and where it stands in the text as given. */
export interface Word {
  readonly text: string
  readonly bits: number
  readonly start: number
  readonly end: number
  /** It begins a sentence, or a line. */
  readonly first: boolean
  /** In quotes or in code, which somebody talks about. */
  readonly quoted: boolean
  /** The sign after it. */
  readonly sign: string
}

export interface Reading {
  readonly words: readonly Word[]
  readonly folded: Folded
  /** How many words were written so that a filter does not know them. */
  readonly disguised: number
}

const pattern = /[\p{L}\p{N}@$]+(?:!(?=\p{L})[\p{L}\p{N}]+)*|[.!?:;\n]+|["“”«»„`]+|(?<!\p{L})'|'(?!\p{L})/gu
const isWord = /^[\p{L}\p{N}@$]/u
/** A quotation is a phrase, not a page. */
const longestQuote = 400
const longestRow = 200

export function readWords(text: string): Reading {
  const folded = fold(text)
  const at = (index: number): number => folded.positions?.[index] ?? (folded.positions ? text.length : index)
  const words: Word[] = []
  let disguised = 0
  let first = true
  let single: { sign: string; from: number; word: number } | null = null
  const quotedFrom: [number, number][] = []
  let letters: { from: number; to: number; text: string; gap: string } | null = null
  const push = (word: string, from: number, to: number): void => {
    const meant = readWord(word)
    if (meant.disguised) disguised += 1
    words.push({
      text: meant.text,
      bits: meant.bits,
      start: at(from),
      end: at(to - 1) + 1,
      first,
      quoted: false,
      sign: folded.text.charAt(to),
    })
    first = false
  }
  const endLetters = (): void => {
    if (letters && letters.text.length >= 5) {
      const parts = splitRow(letters.text) ?? (meaningOf(letters.text) === 0 ? null : [letters.text])
      if (parts) {
        disguised += parts.length
        for (const part of parts) push(part, letters.from, letters.to)
      }
    }
    letters = null
  }
  for (const match of folded.text.matchAll(pattern)) {
    const [part] = match
    const from = match.index
    const to = from + part.length
    if (isWord.test(part)) {
      if (part.length === 1) {
        const gap = letters ? folded.text.slice(letters.to, from) : ''
        if (letters && gap.length <= 1 && (letters.gap === '' || letters.gap === gap)) {
          if (letters.text.length < longestRow) letters = { ...letters, to, text: letters.text + part, gap }
        } else {
          if (letters && gap.length <= 3 && gap.trim() === '' && letters.text.length < longestRow)
            letters = { ...letters, to, text: letters.text + part }
          else {
            endLetters()
            letters = { from, to, text: part, gap: '' }
          }
        }
        push(part, from, to)
        continue
      }
      endLetters()
      const row = part.length >= 17 && part.length <= longestRow ? splitRow(part) : null
      if (row) for (const word of row) push(word, from, to)
      else push(part, from, to)
    } else if (/^["“”«»„`']/.test(part)) {
      const sign = part.charAt(0)
      if (single && closes(single.sign, sign)) {
        if (from - single.from <= longestQuote) quotedFrom.push([single.word, words.length])
        single = null
      } else if (!/[=:{[,(\\]/.test(folded.text.charAt(from - 1))) single = { sign, from, word: words.length }
    } else if (part !== ':' || folded.text.charCodeAt(to) !== 47) {
      if (!(part === '.' && letters && /\p{L}/u.test(folded.text.charAt(to)))) first = true
    }
  }
  endLetters()
  const quotedWords = words as { -readonly [Key in keyof Word]: Word[Key] }[]
  for (const [from, to] of quotedFrom) {
    if (!isSpokenOf(words, from, to)) continue
    for (let index = from; index < to; index += 1) (quotedWords[index] as { quoted: boolean }).quoted = true
  }
  return { words, folded, disguised }
}

/** Quotes alone are no excuse: somebody says, asks or explains something of what stands in them. */
const speaksOf =
  /^(?:what|how|why|which|does|translate|translation|mean|meaning|means|explain|explains|spell|title|called|training|mail|mails|filter|block|detect|word|sentence)$/

function isSpokenOf(words: readonly Word[], from: number, to: number): boolean {
  for (let at = Math.max(0, from - 8); at < Math.min(words.length, to + 5); at += 1) {
    if (at >= from && at < to) continue
    const word = words[at] as Word
    if ((word.bits & mean.reported) !== 0 || speaksOf.test(word.text)) return true
  }
  return false
}

const pairs: Readonly<Record<string, string>> = { '“': '”', '„': '“', '«': '»', '»': '«' }
const closes = (opened: string, sign: string): boolean =>
  (pairs[opened] ?? opened) === sign || (opened === '„' && sign === '”')

function readWord(word: string): { text: string; bits: number; disguised: boolean } {
  const bits = meaningOf(word)
  if (bits !== 0) return { text: word, bits, disguised: false }
  const latin = withoutLookalikes(word)
  const plain = latin ?? withoutLeet(word)
  if (plain === null) return { text: word, bits, disguised: false }
  for (const form of latin === null ? [plain, plain.replaceAll('i', 'l')] : [plain]) {
    const meant = meaningOf(form)
    if (meant !== 0) return { text: form, bits: meant, disguised: true }
  }
  return { text: word, bits, disguised: false }
}

export const has = (word: Word | undefined, bits: number): boolean => word !== undefined && (word.bits & bits) !== 0
export { mean }
