import type { SqlDialect } from '@riposte/contract'

/** How an engine reads text, as far as engines differ. */
export interface Lexicon {
  /** Which quotes open a string, and whether a backslash escapes inside it. */
  readonly strings: Readonly<Record<string, { readonly backslash: boolean }>>
  /** Which quotes open an identifier, by their closing quote. */
  readonly identifiers: Readonly<Record<string, string>>
  readonly nestedComments: boolean
  readonly hashComments: boolean
  /** `--` opens a comment only before white space or a control character. */
  readonly dashNeedsSpace: boolean
  /** A carriage return ends a line comment, as a line feed does everywhere. */
  readonly returnEndsComment: boolean
  /** The engine accepts a block comment that nobody closed. */
  readonly openCommentAccepted: boolean
  readonly dollarQuotes: boolean
  /** `'a'` and, on a later line, `'b'` are one literal. */
  readonly continuedStrings: boolean
  /** `/*! … *\/` holds code. */
  readonly versionComments: boolean
  /** Prefixes that belong to the string after them; the value says whether they switch backslash escapes on. */
  readonly stringPrefixes: Readonly<Record<string, boolean | null>>
  /** Operators are runs of these characters, ended early by a comment (else the longest of a fixed list). */
  readonly operatorRuns: string | null
  /** `0x…`, `0o…`, `0b…`. */
  readonly radixes: string
  /** White space beyond ASCII. */
  readonly wideSpace: boolean
}

const doubledOnly = { backslash: false }
const withBackslash = { backslash: true }

const postgresql: Lexicon = {
  strings: { "'": doubledOnly },
  identifiers: { '"': '"' },
  nestedComments: true,
  hashComments: false,
  dashNeedsSpace: false,
  returnEndsComment: true,
  openCommentAccepted: false,
  dollarQuotes: true,
  continuedStrings: true,
  versionComments: false,
  stringPrefixes: { e: true, n: null, b: null, x: null, 'u&': null },
  operatorRuns: '+-*/<>=~!@#%^&|`?',
  radixes: 'xob',
  wideSpace: false,
}

const mysql: Lexicon = {
  strings: { "'": withBackslash, '"': withBackslash },
  identifiers: { '`': '`' },
  nestedComments: false,
  hashComments: true,
  dashNeedsSpace: true,
  returnEndsComment: false,
  openCommentAccepted: false,
  dollarQuotes: false,
  continuedStrings: false,
  versionComments: true,
  stringPrefixes: { n: null, b: null, x: null },
  operatorRuns: null,
  radixes: 'xb',
  wideSpace: false,
}

/** One lexicon per dialect of the contract; a new dialect does not compile without one. */
export const lexicons: Readonly<Record<SqlDialect, Lexicon>> = {
  postgresql,
  mysql,
  mariadb: mysql,
  sqlite: {
    strings: { "'": doubledOnly },
    identifiers: { '"': '"', '`': '`', '[': ']' },
    nestedComments: false,
    hashComments: false,
    dashNeedsSpace: false,
    returnEndsComment: false,
    openCommentAccepted: true,
    dollarQuotes: false,
    continuedStrings: false,
    versionComments: false,
    stringPrefixes: { x: null },
    operatorRuns: null,
    radixes: 'x',
    wideSpace: false,
  },
  mssql: {
    strings: { "'": doubledOnly },
    identifiers: { '"': '"', '[': ']' },
    nestedComments: true,
    hashComments: false,
    dashNeedsSpace: false,
    returnEndsComment: true,
    openCommentAccepted: false,
    dollarQuotes: false,
    continuedStrings: false,
    versionComments: false,
    stringPrefixes: { n: null },
    operatorRuns: null,
    radixes: 'x',
    wideSpace: true,
  },
}
