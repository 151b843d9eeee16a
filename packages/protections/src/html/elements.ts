import { kind } from './kind.ts'
import type { Markup } from './read-markup.ts'

/** The tag to which a piece belongs, or whose text it is, in small letters; '' where there is none. */
export function elementAt({ text, segments, place }: Markup, index: number): string {
  const owner = segments.ownerOf(index)
  return owner === -1 ? place.element : text.slice(segments.startOf(owner), segments.endOf(owner)).toLowerCase()
}

/** The piece belongs to an end tag, or is text behind one. */
export const isOfEndTag = ({ segments }: Markup, index: number): boolean =>
  segments.kindAt(segments.ownerOf(index)) === kind.endName

/** The name of the attribute whose value the piece is, in small letters. */
export function attributeAt({ text, segments, place }: Markup, index: number): string {
  for (let at = index; at >= 0 && at > index - 4; at -= 1)
    if (segments.kindAt(at) === kind.attributeName)
      return text.slice(segments.startOf(at), segments.endOf(at)).toLowerCase()
  return place.attribute
}

export const textAt = ({ text, segments }: Markup, index: number): string =>
  text.slice(segments.startOf(index), segments.endOf(index))

/** Attributes that are looked at of one tag. */
const mostAttributes = 256

/** The value of an attribute of the same tag as it is written, or null. @param owner the index of the tag's name */
export function attributeOf(markup: Markup, owner: number, name: string): string | null {
  const { segments } = markup
  for (let at = owner + 1; at < owner + mostAttributes && segments.ownerOf(at) === owner; at += 1) {
    if (at >= segments.length) return null
    if (segments.kindAt(at) === kind.close) return null
    if (segments.kindAt(at) !== kind.attributeName || textAt(markup, at).toLowerCase() !== name) continue
    const value = at + 2
    const of = segments.kindAt(value)
    return segments.kindAt(at + 1) === kind.equals && (of === kind.quoted || of === kind.unquoted)
      ? textAt(markup, value)
      : ''
  }
  return null
}
