import type { Span } from '@riposte/contract'

/** The folders that a path passes on its way, so that any part of it can be judged at once. */
export class Track {
  readonly #text: string
  readonly #starts: number[] = []
  /** The folder, as a number, before each name; one more for the end. Number 0 is where the path begins. */
  readonly #folders: number[] = [0]
  readonly #parents: number[] = [-1]
  /** How far what follows from each name on climbs at most: 0 or below. */
  readonly #climbs: number[] = []
  readonly #passed = new Set<number>()
  readonly #fromRoot: boolean

  /** @param text with slashes only */
  constructor(text: string) {
    this.#text = text
    this.#fromRoot = /^(?:[A-Za-z]:)?\//.test(text)
    const names = text.split('/')
    const known = new Map<string, number>()
    let folder = 0
    let start = 0
    for (const name of names) {
      this.#starts.push(start)
      start += name.length + 1
      folder = this.#step(known, folder, name)
      this.#folders.push(folder)
    }
    for (let last = folder; last !== -1; last = this.#parents[last] as number) this.#passed.add(last)
    let climb = 0
    for (let index = names.length; index >= 0; index -= 1) {
      this.#climbs[index] = climb
      const name = names[index - 1]
      climb = Math.min(0, climb + (name === '..' ? -1 : name === '.' || name === '' ? 0 : 1))
    }
  }

  #step(known: Map<string, number>, folder: number, name: string): number {
    if (name === '' || name === '.') return folder
    const parent = this.#parents[folder] as number
    if (name === '..' && parent !== -1) return parent
    if (name === '..' && this.#fromRoot) return folder
    const key = `${folder}/${name}`
    const next = known.get(key) ?? this.#parents.length
    if (next < this.#parents.length) return next
    known.set(key, next)
    // Above the beginning of a relative path begins another tree.
    this.#parents.push(name === '..' ? -1 : folder)
    return next
  }

  /** Whether the path would have stayed in the folder before a part, had a plain name stood in the part's place, and does not. */
  leaves({ start, end }: Span): boolean {
    if (start === 0 && this.#fromRoot) return true
    const first = this.#nameAt(start)
    const slashed = this.#text.charAt(start) === '/'
    let limit = this.#folders[slashed ? first + 1 : first] as number
    const climb = this.#climbs[this.#nameAt(end) + 1] ?? 0
    for (let up = climb + 1; up < 0 && limit !== -1; up += 1) limit = this.#parents[limit] as number
    return limit !== -1 && !this.#passed.has(limit)
  }

  /** The last name that begins at the index or before. */
  #nameAt(index: number): number {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] as number) <= index) low = middle
      else high = middle - 1
    }
    return low
  }
}
