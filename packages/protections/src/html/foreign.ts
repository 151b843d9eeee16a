const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** Elements within `svg` and `math` whose content is read as HTML again. */
const integrating = words('foreignobject desc title mi mo mn ms mtext annotation-xml')

/** Start tags that end all of `svg` and `math` around them. */
const breaking = words(
  'b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta nobr ol p pre ruby s ' +
    'small span strong strike sub sup table tt u ul var',
)

const deepest = 64

/** Which elements of SVG, MathML and XML the reader is in: in them `style` and `title` hold markup, and `<![CDATA[` is known. */
export class Foreign {
  readonly #open: string[]

  constructor(open: string) {
    this.#open = open === '' ? [] : open.split(' ')
  }

  get open(): string {
    return this.#open.join(' ')
  }

  get isXml(): boolean {
    return this.#open[0] === 'xml'
  }

  /** The content that comes next is not read as HTML. */
  get isHere(): boolean {
    const top = this.#open.at(-1)
    return top === 'svg' || top === 'math' || top === 'xml'
  }

  /** The `title` that has just been opened is of SVG, and what it holds is markup. */
  get isTitle(): boolean {
    return this.#open.length > 1 && this.#open.at(-1) === 'title'
  }

  start(name: string, isEmpty: boolean): void {
    if (this.isXml) return
    if (this.isHere) {
      if (breaking.has(name)) this.#leave()
      else if (!isEmpty && (name === 'svg' || integrating.has(name))) this.#push(name)
    } else if (!isEmpty && (name === 'svg' || name === 'math')) this.#push(name)
  }

  end(name: string): void {
    if (this.isXml || this.#open.length === 0) return
    if (name === 'p' || name === 'br') {
      this.#leave()
      return
    }
    const at = this.#open.lastIndexOf(name)
    if (at !== -1) this.#open.length = at
  }

  /** Out to where HTML is read. */
  #leave(): void {
    let length = this.#open.length
    while (length > 0 && /^(?:svg|math)$/.test(this.#open[length - 1] as string)) length -= 1
    this.#open.length = length
  }

  #push(name: string): void {
    if (this.#open.length < deepest) this.#open.push(name)
  }
}
