/** The pieces of a page in their order, none of which is empty; kept in arrays of numbers, since a page may hold millions. */
export class Segments {
  #starts = new Uint32Array(256)
  #kinds = new Uint8Array(256)
  #owners = new Uint32Array(256)
  #length = 0
  /** Where the last piece ends. */
  #end = 0

  get length(): number {
    return this.#length
  }

  /** @param owner the index of the tag name that it belongs to, or whose element it is the text of; -1: of the place before */
  add(of: number, start: number, end: number, owner: number): number {
    if (end <= start) return this.#length - 1
    if (this.#length === this.#starts.length) this.#grow()
    this.#starts[this.#length] = start
    this.#kinds[this.#length] = of
    this.#owners[this.#length] = owner + 1
    this.#end = end
    this.#length += 1
    return this.#length - 1
  }

  kindAt(index: number): number {
    return index >= 0 && index < this.#length ? (this.#kinds[index] as number) : -1
  }

  startOf(index: number): number {
    return this.#starts[index] as number
  }

  endOf(index: number): number {
    return index + 1 < this.#length ? (this.#starts[index + 1] as number) : this.#end
  }

  ownerOf(index: number): number {
    return (this.#owners[index] as number) - 1
  }

  /** The piece that holds the character at that position; the last one for what lies behind it. */
  at(position: number): number {
    let low = 0
    let high = this.#length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] as number) <= position) low = middle
      else high = middle - 1
    }
    return low
  }

  #grow(): void {
    const grown = this.#length * 2
    const starts = new Uint32Array(grown)
    starts.set(this.#starts)
    this.#starts = starts
    const kinds = new Uint8Array(grown)
    kinds.set(this.#kinds)
    this.#kinds = kinds
    const owners = new Uint32Array(grown)
    owners.set(this.#owners)
    this.#owners = owners
  }
}
