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
  return new WordReader(text).read()
}

/** Letters that stand alone, one after the other. */
interface Letters {
  readonly from: number
  readonly to: number
  readonly text: string
  readonly gap: string
}

class WordReader {
  readonly #folded: Folded
  readonly #length: number
  readonly #words: { -readonly [Key in keyof Word]: Word[Key] }[] = []
  readonly #quotes: (readonly [from: number, to: number])[] = []
  #disguised = 0
  #first = true
  #opened: { readonly sign: string; readonly from: number; readonly word: number } | null = null
  #letters: Letters | null = null

  constructor(text: string) {
    this.#folded = fold(text)
    this.#length = text.length
  }

  read(): Reading {
    const { text } = this.#folded
    for (const match of text.matchAll(pattern)) {
      const [part] = match
      const from = match.index
      const to = from + part.length
      if (isWord.test(part)) this.#word(part, from, to)
      else if (/^["“”«»„`']/.test(part)) this.#quote(part.charAt(0), from)
      else if (part !== ':' || text.charCodeAt(to) !== 47) {
        const isInitial = part === '.' && this.#letters !== null && /\p{L}/u.test(text.charAt(to))
        if (!isInitial) this.#first = true
      }
    }
    this.#endLetters()
    for (const [from, to] of this.#quotes) {
      if (!isSpokenOf(this.#words, from, to)) continue
      for (const word of this.#words.slice(from, to)) word.quoted = true
    }
    return { words: this.#words, folded: this.#folded, disguised: this.#disguised }
  }

  #word(part: string, from: number, to: number): void {
    if (part.length === 1) {
      this.#letter(part, from, to)
      this.#push(part, from, to)
      return
    }
    this.#endLetters()
    const row = part.length >= 17 && part.length <= longestRow ? splitRow(part) : null
    for (const word of row ?? [part]) this.#push(word, from, to)
  }

  #letter(part: string, from: number, to: number): void {
    const known = this.#letters
    const gap = known ? this.#folded.text.slice(known.to, from) : ''
    const isNext = gap.length <= 1 && (known?.gap === '' || known?.gap === gap)
    const isNextWord = gap.length <= 3 && gap.trim() === ''
    if (!known || !(isNext || isNextWord) || known.text.length >= longestRow) {
      this.#endLetters()
      this.#letters = { from, to, text: part, gap: '' }
    } else this.#letters = { from: known.from, to, text: known.text + part, gap: isNext ? gap : known.gap }
  }

  #quote(sign: string, from: number): void {
    const opened = this.#opened
    if (opened && closes(opened.sign, sign)) {
      if (from - opened.from <= longestQuote) this.#quotes.push([opened.word, this.#words.length])
      this.#opened = null
    } else if (!/[=:{[,(\\]/.test(this.#folded.text.charAt(from - 1)))
      this.#opened = { sign, from, word: this.#words.length }
  }

  #push(word: string, from: number, to: number): void {
    const meant = readWord(word)
    if (meant.disguised) this.#disguised += 1
    this.#words.push({
      text: meant.text,
      bits: meant.bits,
      start: this.#at(from),
      end: this.#at(to - 1) + 1,
      first: this.#first,
      quoted: false,
      sign: this.#folded.text.charAt(to),
    })
    this.#first = false
  }

  #endLetters(): void {
    const known = this.#letters
    this.#letters = null
    if (!known || known.text.length < 5) return
    const parts = splitRow(known.text) ?? (meaningOf(known.text) === 0 ? null : [known.text])
    if (!parts) return
    this.#disguised += parts.length
    for (const part of parts) this.#push(part, known.from, known.to)
  }

  #at(index: number): number {
    const { positions } = this.#folded
    return positions ? (positions[index] ?? this.#length) : index
  }
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
