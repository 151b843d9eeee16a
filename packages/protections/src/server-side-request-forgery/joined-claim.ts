import type { Input } from '@riposte/contract'
import type { Claim } from './claim.ts'
import type { Destination } from './destination.ts'
import { hostForms } from './host-forms.ts'
import { speaksOfHosts } from './source.ts'

/** A value that stands in the host and covers a part of it. */
interface Piece {
  readonly input: Input
  readonly start: number
  readonly end: number
  /** It could be no number or word of a page: it has a dot, a colon or three letters. */
  readonly telling: boolean
}

/** Pieces from the host's beginning on. */
interface Row {
  readonly pieces: readonly Piece[]
  readonly telling: number
}

const mostPieces = 256
const longestHost = 255
const mostPlain = 2

/** Several values that make the whole host when they stand side by side, as `127.0` and `.0.1` do. */
export function joinedClaim({ text, hostSpan }: Destination, inputs: readonly Input[]): Claim | null {
  const length = hostSpan.end - hostSpan.start
  if (inputs.length < 2 || length > longestHost || length < 2) return null
  const pieces = findPieces(text, hostSpan, inputs)
  const rows = new Map<number, Row>([[hostSpan.start, { pieces: [], telling: 0 }]])
  for (let at = hostSpan.start; at < hostSpan.end; at += 1) {
    const row = rows.get(at)
    if (!row) continue
    for (const piece of pieces) {
      const dotted = row.pieces.length > 0 && piece.start === at + 1 && text.charAt(at) === '.' && piece.telling
      if (piece.start !== at && !(piece.start < at && at === hostSpan.start) && !dotted) continue
      keepBetter(rows, Math.min(piece.end, hostSpan.end), {
        pieces: [...row.pieces, piece],
        telling: row.telling + (piece.telling ? piece.end - piece.start : 0),
      })
    }
  }
  const whole = rows.get(hostSpan.end)
  if (!whole || whole.telling * 2 < length || !isMeant(text.slice(hostSpan.start, hostSpan.end), whole.pieces))
    return null
  return { input: whole.pieces[0]?.input as Input, span: null, confidence: 0.8 }
}

function keepBetter(rows: Map<number, Row>, end: number, row: Row): void {
  if (row.pieces.length > mostTogether) return
  const known = rows.get(end)
  if (!known || known.telling < row.telling) rows.set(end, row)
}

const mostTogether = 8

/** Words that a page is full of make a service's name by chance only where the app put something between them, or where it is a word. */
function isMeant(host: string, pieces: readonly Piece[]): boolean {
  const isGapless = pieces.every(({ start }, index) => index === 0 || pieces[index - 1]?.end === start)
  return (
    pieces.filter(({ telling }) => !telling).length <= mostPlain &&
    new Set(pieces.map(({ input }) => input)).size > 1 &&
    ((isGapless && !/^[a-z]+$/.test(host.replace('localhost', '0'))) ||
      pieces.some(({ input }) => /[.:@]/.test(input.value) || speaksOfHosts(input)))
  )
}

function findPieces(text: string, host: { start: number; end: number }, inputs: readonly Input[]): Piece[] {
  const found: Piece[] = []
  for (const input of inputs) {
    for (const form of hostForms(input.value)) {
      if (form.text === '' || form.text.length > text.length) continue
      let at = text.indexOf(form.text)
      while (at !== -1 && at < host.end && found.length < mostPieces) {
        const end = at + form.text.length
        const part = text.slice(Math.max(at, host.start), Math.min(end, host.end))
        if (end > host.start) found.push({ input, start: at, end, telling: /[.:]|[a-z]{3}/.test(part) })
        at = text.indexOf(form.text, at + 1)
      }
    }
  }
  return found
}
