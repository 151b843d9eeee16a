/** A request as it goes over the wire. */
export interface Ask {
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** One place of a request in which a value can stand, and the route of every sample app that takes it from there. */
export interface Place {
  readonly name: string
  /** As the incident tells it: the source of the value. */
  readonly source: readonly string[]
  readonly put: (value: string) => Ask
  /** Some framework packages bring no parser for it. */
  readonly needs?: 'uploads' | 'text'
}

const encode = encodeURIComponent
const boundary = 'a-line-between-parts'
const multipart = (disposition: string, content: string, type?: string): Ask => ({
  method: 'POST',
  path: '/',
  headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  body: `--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\n${type ? `content-type: ${type}\r\n` : ''}\r\n${content}\r\n--${boundary}--\r\n`,
})

export const places: readonly Place[] = [
  { name: 'a query', source: ['query'], put: (value) => ({ path: `/query?name=${encode(value)}` }) },
  {
    name: 'the second of two values in a query',
    source: ['query'],
    put: (value) => ({ path: `/list?name=maya&name=${encode(value)}` }),
  },
  {
    name: 'a nested name of a query',
    source: ['query'],
    put: (value) => ({ path: `/nested?filter[name]=${encode(value)}` }),
  },
  { name: 'a route parameter', source: ['params', 'path'], put: (value) => ({ path: `/param/${encode(value)}` }) },
  { name: 'a header', source: ['headers'], put: (value) => ({ path: '/header', headers: { 'x-name': value } }) },
  {
    name: 'a cookie',
    source: ['cookies'],
    put: (value) => ({ path: '/cookie', headers: { cookie: `theme=dark; name=${encode(value)}` } }),
  },
  {
    name: 'a JSON body',
    source: ['body'],
    put: (value) => ({
      method: 'POST',
      path: '/json',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ filter: [{ name: value }] }),
    }),
  },
  {
    name: 'a form',
    source: ['body'],
    put: (value) => ({
      method: 'POST',
      path: '/form',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `name=${encode(value)}`,
    }),
  },
  {
    name: 'a plain text',
    source: ['body'],
    needs: 'text',
    put: (value) => ({ method: 'POST', path: '/text', headers: { 'content-type': 'text/plain' }, body: value }),
  },
  {
    name: 'a multipart field',
    source: ['body'],
    needs: 'uploads',
    put: (value) => ({ ...multipart('name="name"', value), path: '/field' }),
  },
  {
    name: 'a file name',
    source: ['files'],
    needs: 'uploads',
    put: (value) => ({
      ...multipart(`name="upload"; filename="${value}"`, 'hello', 'text/plain'),
      path: '/file-name',
    }),
  },
  {
    name: 'what a text file holds',
    source: ['body'],
    needs: 'uploads',
    put: (value) => ({ ...multipart('name="upload"; filename="a.txt"', value, 'text/plain'), path: '/file-text' }),
  },
]
