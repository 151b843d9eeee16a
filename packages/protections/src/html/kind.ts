/** What a piece of a page is to a browser. Up to `unquoted` it is content, which the markup around it holds; from `open` on it is markup. */
export const kind = {
  text: 0,
  /** In `title` and `textarea`. */
  rcdata: 1,
  /** In `style`, `xmp`, `iframe`, `noscript` and the like, and behind `plaintext`. */
  rawtext: 2,
  script: 3,
  comment: 4,
  /** Of a document type, a processing instruction, or what is taken for a comment. */
  declaration: 5,
  cdata: 6,
  quoted: 7,
  unquoted: 8,
  /** `<`, `</`, `<!--` and the like. */
  open: 9,
  tagName: 10,
  endName: 11,
  /** White space and slashes within a tag. */
  gap: 12,
  attributeName: 13,
  /** `=`, white space around it, and the opening quote. */
  equals: 14,
  /** The closing quote of an attribute's value. */
  quote: 15,
  /** `>`, `-->`, `]]>`. */
  close: 16,
  /** A `<script` within a comment of a script, which takes the meaning of the next end tag. */
  nested: 17,
} as const

export const isContent = (of: number): boolean => of <= kind.unquoted
