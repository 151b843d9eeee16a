import type { Input } from '@riposte/contract'
import { forms } from '../text/forms.ts'
import { skeleton, toLowerSameLength } from '../text/skeleton.ts'
import { plainDocument } from './plain-document.ts'
import type { Danger } from './find-dangers.ts'

/** Of longer values the beginning is decoded, which is where a document type stands: whole groups of base64. */
const longestDecoded = 65_536
/** Letters and digits by which a part of a document is known. */
const longestNeedle = 1_024
/** Those of it that one of several values must bring. */
const shortestPart = 6
/** Letters and digits of an identifier that alone is told from a word. */
const shortestId = 5

interface Value {
  readonly input: Input
  /** The letters and digits of each form. */
  readonly texts: readonly string[]
}

/** The values of a request, made ready to be asked which of them brought a part of a document. */
export class Sources {
  readonly #values: readonly Value[]

  constructor(inputs: readonly Input[]) {
    this.#values = inputs.map((input) => ({ input, texts: textsOf(input.value) }))
  }

  /** The input in which that part stands, or the first of those that make it together; null when it is the app's own. */
  bringing(text: string, danger: Danger): Input | null {
    const needle = bones(text.slice(danger.start, Math.min(danger.end, danger.start + 4 * longestNeedle))).slice(
      0,
      longestNeedle,
    )
    if (needle === '') return null
    const whole = this.#values.find(({ texts }) => texts.some((held) => held.includes(needle)))
    if (whole) return whole.input
    const id = danger.systemId === null ? '' : bones(danger.systemId)
    return this.#bringsIdentifier(id, danger.systemId ?? '') ?? this.#together(needle)
  }

  /** The app wrote the declaration, and the client what it stands for. */
  #bringsIdentifier(id: string, written: string): Input | null {
    if (id.length < shortestId || !/[/:\\]/.test(written)) return null
    return this.#values.find(({ input, texts }) => /[/:\\%]/.test(input.value) && texts.includes(id))?.input ?? null
  }

  /** One value ends with the beginning, another begins with the rest. */
  #together(needle: string): Input | null {
    for (const { input, texts } of this.#values) {
      for (const text of texts) {
        const length = endsWithBeginning(needle, text)
        if (length < shortestPart) continue
        const rest = needle.slice(length)
        if (rest.length < shortestPart) {
          if (length >= 2 * shortestPart) return input
          continue
        }
        if (this.#values.some((other) => other.input !== input && other.texts.some((held) => held.startsWith(rest))))
          return input
      }
    }
    return null
  }
}

function textsOf(value: string): readonly string[] {
  const texts = new Set([bones(plainDocument(value))])
  for (const form of forms(value.slice(0, longestDecoded))) texts.add(bones(plainDocument(form)))
  const bytes = decodeBytes(value)
  if (bytes !== null) texts.add(bones(plainDocument(bytes)))
  return [...texts]
}

const bones = (text: string): string => skeleton(toLowerSameLength(text)).text

/** What base64 of any lines says in whatever encoding; null where the value is none. */
function decodeBytes(value: string): string | null {
  const beginning = value.length > 4 * longestDecoded ? value.slice(0, 4 * longestDecoded) : value
  if (beginning.length < 16 || !/^[A-Za-z0-9+/_\s-]+=*\s*$/.test(beginning)) return null
  const bytes = Buffer.from(beginning, 'base64')
  // Big-endian or not: of what is ASCII the zeros are dropped.
  return bytes.includes(60) ? bytes.toString('latin1') : null
}

/** How many signs of the needle's beginning the text ends with; linear, by how far each prefix repeats itself. */
function endsWithBeginning(needle: string, text: string): number {
  const tail = text.slice(-needle.length)
  const joined = `${needle}\0${tail}`
  const fits = new Uint16Array(joined.length)
  for (let at = 1; at < joined.length; at += 1) {
    let length = fits[at - 1] as number
    while (length > 0 && joined.charCodeAt(length) !== joined.charCodeAt(at)) length = fits[length - 1] as number
    fits[at] = joined.charCodeAt(length) === joined.charCodeAt(at) ? length + 1 : 0
  }
  return fits[joined.length - 1] as number
}
