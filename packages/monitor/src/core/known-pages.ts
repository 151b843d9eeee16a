import type { Span } from '@riposte/contract/wire'
import { KnownPage, type Difference } from '@riposte/protections/known-page'

/** The pages that one place of the app gave lately: for visitors with and without a session, in several languages. */
interface Place {
  /** The one that was met last comes first. */
  pages: readonly KnownPage[]
  /** Pages that were like none of these, and how many of them there shall be before another one is kept. */
  others: number
  patience: number
  /** When one of its pages was met last, in a count of such. */
  met: number
}

const mostOfPlace = 4
const mostPatience = 1_024

/** Pages of the app's own, which visitors get alike but for what they read there: bounded, those not met for longest go first. */
export class KnownPages {
  readonly #places = new Map<string, Place>()
  readonly #most: number
  #size = 0
  #meetings = 0

  /** @param most bytes, about, that all pages together take */
  constructor(most = 16 << 20) {
    this.#most = most
  }

  /**
   * The part of a page that is not known, in which markup or what runs may be another.
   * @param from the path that was asked for @param body as text, or as bytes in UTF-8 @returns null where all of it is known
   */
  newIn(from: string, body: string | Buffer): Span | null {
    const place = this.#places.get(keyOf(from))
    if (!place) return { start: 0, end: body.length }
    let closest: { readonly page: KnownPage; readonly difference: Difference } | null = null
    for (const page of place.pages) {
      const difference = page.differenceIn(body)
      if (!difference) {
        this.#meet(place, page)
        return null
      }
      if (!closest || difference.start > closest.difference.start) closest = { page, difference }
    }
    return closest && { start: closest.difference.start, end: closest.page.endOf(closest.difference, body) }
  }

  /** Whether a page that begins like that is known so far. @param from the path that was asked for */
  beginsAs(from: string, beginning: string): boolean {
    return this.#places.get(keyOf(from))?.pages.some((page) => page.beginsAs(beginning)) === true
  }

  #meet(place: Place, page: KnownPage): void {
    if (page !== place.pages[0]) place.pages = [page, ...place.pages.filter((one) => one !== page)]
    place.met = this.#meetings += 1
  }

  /** Only for a page that was judged, and in which nothing was found. What is kept is read again: so that pays, few are. */
  add(from: string, text: string): void {
    const size = sizeOf(text)
    if (size > this.#most >> 2) return
    const key = keyOf(from)
    const place = this.#places.get(key) ?? { pages: [], others: 0, patience: 1, met: 0 }
    place.others += 1
    if (place.others < place.patience) return
    place.others = 0
    place.patience = Math.min(place.patience * 2, mostPatience)
    const pages = [new KnownPage(text), ...place.pages]
    const [dropped] = pages.slice(mostOfPlace)
    this.#size += size - (dropped ? sizeOf(dropped.text) : 0)
    place.pages = pages.slice(0, mostOfPlace)
    place.met = this.#meetings += 1
    this.#places.set(key, place)
    if (this.#size > this.#most) this.#forget()
  }

  /** A quarter at once: to know which were met last costs more than one page is worth. */
  #forget(): void {
    for (const [key, { pages }] of [...this.#places].sort(([, one], [, other]) => one.met - other.met)) {
      if (this.#size <= this.#most * 0.75) return
      this.#places.delete(key)
      for (const { text } of pages) this.#size -= sizeOf(text)
    }
  }
}

/** With what is known of its markup, and of its place. */
const sizeOf = (text: string): number => 1_000 + text.length * 7

/** Orders 17 and 18 are one place. */
const keyOf = (path: string): string => path.replace(/\d+/g, '0').slice(0, 256)
