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
  /** The engine accepts a block comment that nobody closed. */
  readonly openCommentAccepted: boolean
  readonly dollarQuotes: boolean
  /** `/*! … *\/` holds code. */
  readonly versionComments: boolean
  /** Prefixes that belong to the string after them; the value says whether they switch backslash escapes on. */
  readonly stringPrefixes: Readonly<Record<string, boolean | null>>
  /** Operators are runs of these characters, ended early by a comment (else each is a token, joined by `pairs`). */
  readonly operatorRuns: string | null
}

const doubledOnly = { backslash: false }
const withBackslash = { backslash: true }

const postgresql: Lexicon = {
  strings: { "'": doubledOnly },
  identifiers: { '"': '"' },
  nestedComments: true,
  hashComments: false,
  dashNeedsSpace: false,
  openCommentAccepted: false,
  dollarQuotes: true,
  versionComments: false,
  stringPrefixes: { e: true, n: null, b: null, x: null, 'u&': null },
  operatorRuns: '+-*/<>=~!@#%^&|`?',
}

const mysql: Lexicon = {
  strings: { "'": withBackslash, '"': withBackslash },
  identifiers: { '`': '`' },
  nestedComments: false,
  hashComments: true,
  dashNeedsSpace: true,
  openCommentAccepted: false,
  dollarQuotes: false,
  versionComments: true,
  stringPrefixes: { n: null, b: null, x: null },
  operatorRuns: null,
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
    openCommentAccepted: true,
    dollarQuotes: false,
    versionComments: false,
    stringPrefixes: { x: null },
    operatorRuns: null,
  },
  mssql: {
    strings: { "'": doubledOnly },
    identifiers: { '"': '"', '[': ']' },
    nestedComments: true,
    hashComments: false,
    dashNeedsSpace: false,
    openCommentAccepted: false,
    dollarQuotes: false,
    versionComments: false,
    stringPrefixes: { n: null },
    operatorRuns: null,
  },
}
