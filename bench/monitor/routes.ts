const order = {
  customer: { name: 'Ada Lovelace', email: 'ada@example.org', address: '12 St. James Square, London' },
  note: "Please leave it with the neighbour; the bell doesn't work -- thank you!",
  lines: Array.from({ length: 22 }, (_, index) => ({
    sku: `LAMP-${1_000 + index}`,
    title: `Desk lamp, "brass & oak", no. ${index}`,
    quantity: 1 + (index % 3),
    price: 19.9 + index,
    options: { colour: 'warm white', gift: index % 2 === 0 },
  })),
}

/** Prose as people write it, with the signs that make a scanner look twice. */
const sentence = "It's no. {i} -- we'd like the brass & oak one (or two; if they are in stock), thanks! "

/** Twenty fields that share the bytes. */
function longTexts(bytes: number): string {
  const each = Math.floor(bytes / 20) - 14
  const text = sentence.repeat(Math.ceil(each / sentence.length)).slice(0, Math.max(each, 1))
  const fields = Array.from({ length: 20 }, (_, index) => [`text${index}`, `${index}: ${text}`] as const)
  return JSON.stringify({ name: 'lamp-{i}', ...Object.fromEntries(fields) })
}

const manyTexts = (count: number): string =>
  JSON.stringify({ name: 'lamp-{i}', tags: Array.from({ length: count - 1 }, (_, n) => `it's tag ${n} of {i}`) })

export interface Route {
  readonly title: string
  readonly path: string
  /** Posted as JSON; without one it is a GET. */
  readonly body?: string
  /** Part of the usual number of requests, for what takes long. */
  readonly share?: number
  /** The same work with a hole in it, and a request that goes through: whoever lets it pass was not awake. */
  readonly attack?: string
  /** Shown in the table alone. */
  readonly unpublished?: true
  /** Measured only when it is named, since it needs another configuration than the rest. */
  readonly alone?: true
}

const asQuery = (values: readonly string[]): string =>
  values
    .map((value, n) => `${n === 0 ? 'name' : `field${n}`}=${encodeURIComponent(value).replace('%7Bi%7D', '{i}')}`)
    .join('&')

/** Twenty values of a search form, as people fill it in. */
const search = asQuery([
  ...[
    'brass & oak {i}',
    'Maya',
    "O'Brien",
    'Jones & Sons',
    'maya@example.org',
    '+44 20 7946 0000',
    '2026-01-31',
    'price:asc',
  ],
  ...[
    '20',
    'en-GB',
    'Please leave it at the door; the bell is broken.',
    '10-50',
    'Main Street 4a',
    '"oak" table',
    'true',
  ],
  ...['lamp,table', 'cursor_{i}', 'EUR', 'a/b', 'x < {i}'],
])
/** Twenty that could each be markup. */
const markup = Array.from({ length: 20 }, (_, n) =>
  n === 0
    ? 'name=brass%20%26%20oak%20{i}'
    : `field${n}=${encodeURIComponent(`it's no. ${n} & <more> of {i}`).replace('%7Bi%7D', '{i}')}`,
).join('&')
const script = encodeURIComponent('<script>alert(1)</script>')

const injection = encodeURIComponent("x' or '1'='1")

const inlined = (title: string, body: string, share: number): Route => ({ title, path: '/pg-inlined', body, share })

/** What is asked of each server; `{i}` counts to 1,000, so that values differ from request to request. */
export const routes = {
  json: { title: 'GET json', path: '/json?name=visitor-{i}' },
  post_json: { title: 'POST json 3.2 KB', path: '/json', body: JSON.stringify(order) },
  sqlite: { title: 'SQLite query', path: '/sqlite?name=lamp-{i}', attack: `/sqlite-hole?name=${injection}` },
  pg: { title: 'Postgres query', path: '/pg?name=lamp-{i}', attack: `/pg-hole?name=${injection}` },
  pg_inlined: { title: 'Postgres, value in text', path: '/pg-inlined?name=lamp-{i}', unpublished: true },
  file: { title: 'readFile', path: '/file?name=lamp-{i}.txt', attack: '/file?name=../outside/secret.txt' },
  fetch: { title: 'fetch', path: '/fetch?name=lamp-{i}', share: 0.5, attack: '/fetch-hole?url={upstream}/admin' },
  html: { title: 'HTML 50 KB, 20 inputs', path: `/page?${search}`, share: 0.5, attack: `/page-hole?name=${script}` },
  html_unique: { title: 'the same, each another', path: `/page-unique?${search}`, share: 0.5 },
  html_parts: { title: 'the same, in three parts', path: `/page-parts?${search}`, share: 0.5 },
  html_gzip: { title: 'the same, compressed', path: `/page-gzip?${search}`, share: 0.25 },
  html_rows: { title: 'the same, other rows', path: `/page-rows?${search}`, share: 0.5 },
  html_markup: { title: 'the same, 20 like markup', path: `/page-unique?${markup}`, share: 0.5, unpublished: true },
  html_reflected: {
    title: 'the same, one of them in it',
    path: `/page-reflected?${search}`,
    share: 0.5,
    attack: `/page-hole?name=${script}&more=1`,
  },
  /** DataExposure is off until asked for: measured by itself, with `--only=exposure`. */
  exposure: { title: 'JSON 100 KB, exposure', path: '/catalogue', share: 0.2, unpublished: true, alone: true },
  /** The same of LlmPromptInjection, with `--only=prompt`: ten messages of 4 KB to a language model. */
  prompt: { title: 'LLM call', path: '/prompt?name=visitor-{i}', share: 0.3, unpublished: true, alone: true },
  exec: { title: 'exec', path: '/exec?name=lamp-{i}', share: 0.1, attack: '/exec-hole?name=x;id' },
  'scaling.body_1kb': inlined('1 KB body and a query', longTexts(1_000), 0.5),
  'scaling.body_10kb': inlined('10 KB body and a query', longTexts(10_000), 0.5),
  'scaling.body_100kb': inlined('100 KB body and a query', longTexts(100_000), 0.1),
  'scaling.body_1mb': inlined('1 MB body and a query', longTexts(1_000_000), 0.05),
  'scaling.inputs_10': inlined('10 inputs and a query', manyTexts(10), 0.5),
  'scaling.inputs_100': inlined('100 inputs and a query', manyTexts(100), 0.5),
  'scaling.inputs_1000': inlined('1,000 inputs and a query', manyTexts(1_000), 0.1),
} as const satisfies Readonly<Record<string, Route>>

export type RouteId = keyof typeof routes
export const routeIds = Object.keys(routes) as RouteId[]
export const routeOf = (id: RouteId): Route => routes[id]
