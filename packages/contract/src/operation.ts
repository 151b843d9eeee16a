import * as z from 'zod'

export const sqlDialects = ['postgresql', 'mysql', 'mariadb', 'sqlite', 'mssql'] as const
export const SqlDialect = z.enum(sqlDialects)
export type SqlDialect = z.infer<typeof SqlDialect>

/** Where in a page's markup something stands: the state of a reader between two parts. */
export const HtmlPlace = z.object({
  /** The reader's state, such as `data`, `tag name`, `attribute value (double-quoted)`, `script data`. */
  state: z.string(),
  /** The element whose tag or raw text it is in, in small letters. */
  element: z.string().default(''),
  attribute: z.string().default(''),
  /** The elements of SVG and MathML that it is in, from the outermost on and with spaces between; `xml` in a document of XML. */
  within: z.string().default(''),
})
export type HtmlPlace = z.infer<typeof HtmlPlace>

/** Where in an answer's body a part begins, and whether another follows. */
export const ResponsePlace = z.object({
  /** JSON, or a text of any other kind: what the first part looked like. Absent in the first part. */
  form: z.enum(['json', 'text']).optional(),
  /** The objects and lists that are open, outermost first: the name of each, and how far a list has come. */
  open: z.array(z.object({ name: z.string(), list: z.boolean(), index: z.int() })).default([]),
  /** The part begins within a text of this field. */
  within: z.string().optional(),
  /** More follows. */
  cut: z.boolean().default(false),
})
export type ResponsePlace = z.infer<typeof ResponsePlace>

/** What an app is about to do, as its sink describes it. One list; `kind` tells the cases apart. */
export const Operation = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sql'), dialect: SqlDialect, text: z.string() }),
  z.object({ kind: z.literal('shell'), command: z.string() }),
  z.object({ kind: z.literal('exec'), file: z.string(), args: z.array(z.string()) }),
  z.object({ kind: z.literal('file'), path: z.string(), base: z.string().optional() }),
  z.object({
    kind: z.literal('request'),
    url: z.string(),
    /** The address that the host's name led to, once it is known. */
    address: z.string().optional(),
    /** The URL, asked for earlier, whose answer led to this one. */
    redirectedFrom: z.string().optional(),
    /** How many redirects led here. */
    hops: z.int().min(0).optional(),
  }),
  z.object({
    kind: z.literal('html'),
    /** A page, or a part of one in the order in which it leaves. */
    body: z.string(),
    /** Where in the markup the part begins; absent: at the beginning of a document. */
    place: HtmlPlace.optional(),
    /** More of the page is still to leave. */
    more: z.boolean().optional(),
  }),
  z.object({ kind: z.literal('nosql'), filter: z.unknown() }),
  z.object({
    kind: z.literal('ldap'),
    /** RFC 4515; '' for an operation that takes a name only. */
    filter: z.string(),
    /** The name of the entry or base, RFC 4514. */
    dn: z.string().optional(),
  }),
  z.object({
    kind: z.literal('xml'),
    /** A document, or its beginning. */
    document: z.string(),
    /** What the parser, as it was told, fetches of what a document names; absent where that is not known. */
    fetches: z.array(z.enum(['entities', 'dtd', 'includes'])).optional(),
  }),
  z.object({ kind: z.literal('xpath'), expression: z.string() }),
  z.object({ kind: z.literal('code'), text: z.string() }),
  z.object({
    kind: z.literal('template'),
    engine: z.string(),
    text: z.string(),
    /** By the engine's names for them, where they are not its usual ones: `openDelimiter`, `variableStart`, `interpolate`. */
    delimiters: z.record(z.string(), z.string()).optional(),
  }),
  z.object({
    kind: z.literal('redirect'),
    location: z.string(),
    /** What the request was sent to, as its `Host` says. */
    host: z.string().optional(),
  }),
  z.object({
    kind: z.literal('merge'),
    /** What is merged into something; or what is set at a path. */
    value: z.unknown(),
    /** Where it is set: `a.b[0]`, or a list of names. */
    path: z.unknown().optional(),
    /** What prototypes were found to have got: `Object.prototype.isAdmin`. */
    changed: z.array(z.string()).optional(),
  }),
  z.object({
    kind: z.literal('prompt'),
    /** All that the model is given, one message after the other. */
    text: z.string(),
    /** The same in its parts, where they are known: `system`, `developer`, `user`, `assistant`, `tool`, or a provider's own word. */
    messages: z
      .array(
        z.object({
          role: z.string(),
          text: z.string(),
          /** Set for content that was fetched for the model: `tool`, `document`, `image`. */
          origin: z.string().optional(),
        }),
      )
      .optional(),
  }),
  z.object({
    kind: z.literal('response'),
    contentType: z.string(),
    /** The body, or a part of it in the order in which it leaves. */
    body: z.string(),
    /** Absent: the whole body. */
    place: ResponsePlace.optional(),
    /** Who is signed in, where the app said so. */
    userId: z.string().optional(),
  }),
])
export type Operation = z.infer<typeof Operation>
export type OperationKind = Operation['kind']
export type OperationOf<Kind extends OperationKind> = Extract<Operation, { kind: Kind }>

/** One value that came from outside, and where it stood: `{source: 'body', path: 'filter[0].name', value: "x' or '1'='1"}`. */
export const Input = z.object({ source: z.string(), path: z.string(), value: z.string() })
export type Input = z.infer<typeof Input>
