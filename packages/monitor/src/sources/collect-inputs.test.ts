import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { boundary, found, form, multipart, part, typed, type Sent } from '../testing/send-to-collector.ts'

describe('every place of a request', () => {
  test.each<{ name: string; sent: Sent; finds: string }>([
    { name: 'a query', sent: { url: '/?a=x%27y' }, finds: `query a = x'y` },
    { name: 'a query with plus signs', sent: { url: '/?a=x+y' }, finds: 'query a = x y' },
    { name: 'a query that is no UTF-8', sent: { url: '/?a=%27%E9' }, finds: `query a = '\ufffd` },
    { name: 'what the app may not decode', sent: { url: `/?a=x%25'y` }, finds: `query a = x%25'y` },
    { name: 'a name in a query', sent: { url: '/?a%27b=1' }, finds: `query a'b (name) = a'b` },
    { name: 'a nested name', sent: { url: '/?filter[name][$ne]=x' }, finds: 'query filter.name.$ne = x' },
    {
      name: 'a part of a nested name',
      sent: { url: '/?filter[name][$ne]=' },
      finds: 'query filter.name.$ne (name) = $ne',
    },
    { name: 'an indexed name', sent: { url: '/?a[0][b]=x' }, finds: 'query a[0].b = x' },
    { name: 'a second value of one name', sent: { url: '/?id=1&id=2' }, finds: 'query id = 2' },
    { name: 'a name without a value', sent: { url: "/?a'b" }, finds: `query a'b (name) = a'b` },
    { name: 'a route parameter', sent: { params: { id: `7'` } }, finds: `params id = 7'` },
    { name: 'a plain part of the path', sent: { url: '/files/..' }, finds: 'path path[1] = ..' },
    { name: 'an encoded part of the path', sent: { url: '/a/b%2Fc' }, finds: 'path path[1] = b/c' },
    { name: 'the rest of the path', sent: { url: '/files/a/..%2f/b' }, finds: 'path path[1…] = a/..//b' },
    { name: 'the path of a whole URL', sent: { url: 'http://host/a/b' }, finds: 'path path[0] = a' },
    { name: 'a header', sent: { headers: [['X-Name', 'x']] }, finds: 'headers x-name = x' },
    {
      name: 'a header sent twice',
      sent: {
        headers: [
          ['Host', 'a'],
          ['Host', 'b'],
        ],
      },
      finds: 'headers host = b',
    },
    {
      name: 'a header that says one word too many',
      sent: { headers: [['connection', `close'`]] },
      finds: `headers connection = close'`,
    },
    { name: 'a name of a header', sent: { headers: [[`x'y`, '1x']] }, finds: `headers x'y (name) = x'y` },
    {
      name: 'a header in UTF-8',
      sent: { headers: [['x', Buffer.from('é').toString('latin1')]] },
      finds: 'headers x = é',
    },
    {
      name: 'the first hop',
      sent: { headers: [['x-forwarded-for', `a', 1.1.1.1`]] },
      finds: `headers x-forwarded-for = a'`,
    },
    {
      name: 'a user',
      sent: { headers: [['authorization', `Basic ${Buffer.from("o'b:p:w").toString('base64')}`]] },
      finds: `headers authorization (user) = o'b`,
    },
    {
      name: 'a password',
      sent: { headers: [['authorization', `Basic ${Buffer.from("o'b:p:w").toString('base64')}`]] },
      finds: 'headers authorization (password) = p:w',
    },
    { name: 'a token', sent: { headers: [['authorization', 'Bearer a.b.c']] }, finds: 'headers authorization = a.b.c' },
    { name: 'a cookie', sent: { headers: [['cookie', 'a=1; b=x%27y']] }, finds: `cookies b = x'y` },
    { name: 'a quoted cookie', sent: { headers: [['cookie', 'a="x y"']] }, finds: 'cookies a = x y' },
    { name: 'a signed cookie', sent: { headers: [['cookie', `a=s%3Ax'y.sig`]] }, finds: `cookies a = x'y` },
    { name: 'a cookie of JSON', sent: { headers: [['cookie', `a=j%3A{"b":"c"}`]] }, finds: 'cookies a = {"b":"c"}' },
    { name: 'a cookie without a name', sent: { headers: [['cookie', `x'y`]] }, finds: `cookies  = x'y` },
    { name: 'a trailer', sent: { trailers: ['X-Sum', 'x'] }, finds: 'trailers x-sum = x' },
    { name: 'a parsed body', sent: { parsed: { a: [{ b: 'x' }] } }, finds: 'body a[0].b = x' },
    { name: 'a name in a parsed body', sent: { parsed: { 'a b': 1 } }, finds: 'body a b (name) = a b' },
    { name: 'a number', sent: { parsed: { a: 7 } }, finds: 'body a = 7' },
    { name: 'a body of JSON', sent: typed('application/json', '{"a":["x"]}'), finds: 'body a[0] = x' },
    { name: 'JSON with a mark before it', sent: typed('application/json', '\ufeff{"a":"x"}'), finds: 'body a = x' },
    { name: 'JSON of another type', sent: typed('application/vnd.api+json', '{"a":"x"}'), finds: 'body a = x' },
    { name: 'JSON that says it is text', sent: typed('text/plain', '{"a":"x"}'), finds: 'body a = x' },
    { name: 'JSON that says nothing', sent: { body: '{"a":"x"}' }, finds: 'body a = x' },
    {
      name: 'JSON in UTF-16',
      sent: typed('application/json; charset=utf-16le', Buffer.from('{"a":"é"}', 'utf16le')),
      finds: 'body a = é',
    },
    {
      name: 'JSON in UTF-16 that does not say so',
      sent: typed('application/json', Buffer.from('\ufeff{"a":"é"}', 'utf16le')),
      finds: 'body a = é',
    },
    { name: 'broken JSON', sent: typed('application/json', '{"a":"x'), finds: 'body body = {"a":"x' },
    { name: 'lines of JSON', sent: typed('application/x-ndjson', '{"a":"x"}\n{"a":"y"}\n'), finds: 'body [1].a = y' },
    { name: 'a form', sent: typed('application/x-www-form-urlencoded', 'a[b]=x%27'), finds: `body a.b = x'` },
    { name: 'a text', sent: typed('text/plain', 'x'), finds: 'body body = x' },
    {
      name: 'a text in latin1',
      sent: typed('text/plain; charset=iso-8859-1', Buffer.from([0x61, 0xe9])),
      finds: 'body body = aé',
    },
    { name: 'an unknown charset', sent: typed('text/plain; charset=klingon', 'x'), finds: 'body body = x' },
    {
      name: 'a text in XML',
      sent: typed('application/xml', '<a><b c="d">x&apos;y</b></a>'),
      finds: `body body (text) = x'y`,
    },
    {
      name: 'an attribute in XML',
      sent: typed('text/xml', `<a b="x &gt; &#39;"/>`),
      finds: `body body (text) = x > '`,
    },
    { name: 'CDATA in XML', sent: typed('text/xml', '<a><![CDATA[x<y]]></a>'), finds: 'body body (text) = x<y' },
    {
      name: 'the document of GraphQL',
      sent: typed('application/json', JSON.stringify({ query: '{ a(b: "x\\"y") }' })),
      finds: 'body query (argument) = x"y',
    },
    {
      name: 'GraphQL as it is',
      sent: typed('application/graphql', '{ a(b: """x"y""") }'),
      finds: 'body query (argument) = x"y',
    },
    {
      name: 'GraphQL in a query',
      sent: { url: `/?query=${encodeURIComponent('{ a(b: "\\u0027") }')}` },
      finds: `query query (argument) = '`,
    },
    {
      name: 'a list of GraphQL documents',
      sent: { parsed: [{ query: '{ a(b: "x") }' }] },
      finds: 'body [0].query (argument) = x',
    },
    {
      name: 'a part of a form',
      sent: multipart(part('Content-Disposition: form-data; name="a"', 'x')),
      finds: 'body a = x',
    },
    {
      name: 'a second part of a form',
      sent: multipart(
        part('content-disposition: form-data; name=a', 'x'),
        part('content-disposition: form-data; name="b[c]"', 'y'),
      ),
      finds: 'body b.c = y',
    },
    {
      name: 'the name of a part',
      sent: multipart(part(`content-disposition: form-data; name="a'b"`, 'x')),
      finds: `body a'b (name) = a'b`,
    },
    {
      name: 'a file name',
      sent: multipart(part(`content-disposition: form-data; name="f"; filename="a'b.txt"`, 'x')),
      finds: `files f (file name) = a'b.txt`,
    },
    {
      name: 'an escaped file name',
      sent: multipart(part('content-disposition: form-data; name="f"; filename="a\\"b"', 'x')),
      finds: 'files f (file name) = a"b',
    },
    {
      name: 'a file name in another form',
      sent: multipart(part(`content-disposition: form-data; name="f"; filename*=UTF-8''a%27b`, 'x')),
      finds: `files f (file name) = a'b`,
    },
    {
      name: 'the type of a file',
      sent: multipart(part(`content-disposition: form-data; name="f"; filename="a"\r\ncontent-type: a/b'c`, 'x')),
      finds: `files f (type) = a/b'c`,
    },
    {
      name: 'the text of a file',
      sent: multipart(part('content-disposition: form-data; name="f"; filename="a"', 'x')),
      finds: 'body f = x',
    },
    {
      name: 'the JSON of a file',
      sent: multipart(
        part('content-disposition: form-data; name="f"; filename="a"\r\ncontent-type: application/json', '{"a":"x"}'),
      ),
      finds: 'body f.a = x',
    },
    {
      name: 'the JSON of a field',
      sent: multipart(part('content-disposition: form-data; name="f"\r\ncontent-type: application/json', '{"a":"x"}')),
      finds: 'body f.a = x',
    },
    {
      name: 'a boundary in the middle of a line',
      sent: multipart(part('content-disposition: form-data; name="a"', 'x--edge\r\n\r\ny')),
      finds: 'body a = x--edge\r\n\r\ny',
    },
    {
      name: 'a form that was cut off',
      sent: typed(form, `--${boundary}\r\ncontent-disposition: form-data; name="a"\r\n\r\nx`),
      finds: 'body a = x',
    },
    {
      name: 'a file of a parsed form',
      sent: { files: [{ originalname: `a'b`, buffer: Buffer.from('x') }] },
      finds: `files [0].originalname = a'b`,
    },
    {
      name: 'a file name beside parsed fields',
      sent: { ...multipart(part(`content-disposition: form-data; name="f"; filename="a'b"`, 'x')), parsed: { c: 'd' } },
      finds: `files f (file name) = a'b`,
    },
    {
      name: 'a body in gzip',
      sent: typed('application/json', gzipSync('{"a":"x"}'), ['content-encoding', 'gzip']),
      finds: 'body a = x',
    },
    {
      name: 'a body in br',
      sent: typed('application/json', brotliCompressSync('{"a":"x"}'), ['content-encoding', 'br']),
      finds: 'body a = x',
    },
    {
      name: 'a body in deflate',
      sent: typed('application/json', deflateSync('{"a":"x"}'), ['content-encoding', 'deflate']),
      finds: 'body a = x',
    },
    {
      name: 'a body in raw deflate',
      sent: typed('application/json', deflateRawSync('{"a":"x"}'), ['content-encoding', 'deflate']),
      finds: 'body a = x',
    },
    {
      name: 'a body compressed twice',
      sent: typed('application/json', gzipSync(deflateSync('{"a":"x"}')), ['content-encoding', 'deflate, gzip']),
      finds: 'body a = x',
    },
    { name: 'a lone surrogate', sent: { parsed: { a: '\ud800' } }, finds: 'body a = \ud800' },
    { name: 'a NUL', sent: typed('text/plain', 'a\0b'), finds: 'body body = a\0b' },
    {
      name: 'bytes that are no UTF-8',
      sent: typed('text/plain', Buffer.from([0x61, 0xff])),
      finds: 'body body = a\ufffd',
    },
    {
      name: 'a key that is no plain word to JavaScript',
      sent: typed('application/json', '{"__proto__":{"constructor":"x"}}'),
      finds: 'body __proto__.constructor = x',
    },
  ])('$name', ({ sent, finds }) => {
    expect(found(sent)).toContain(finds)
  })

  test('says nothing twice, and nothing of what every client says', () => {
    expect(
      found({
        url: '/a?b=a',
        headers: [
          ['connection', 'keep-alive'],
          ['content-length', '12'],
          ['accept', '*/*'],
        ],
      }),
    ).toEqual(['path path[0] = a'])
  })
})
