import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blowUp, laughs } from '../../packages/protections/src/xml-external-entity/cases.ts'
import { startSample, type Sample } from '../../packages/monitor/src/testing/start-sample.ts'
import { install } from './support/install.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'riposte-xml-'))
const secret = path.join(folder, 'secret.txt')
const definitions = path.join(folder, 'names.dtd')
beforeAll(() => {
  install()
  writeFileSync(secret, 'clover')
  writeFileSync(definitions, '<!ENTITY e "clover">')
}, 240_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const external = `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e SYSTEM "file://${secret}">]><r>&e;</r>`
const plain = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY copy "&#169;">]><r a="1">maya &lt;!ENTITY &amp; co</r>'
const json = { 'content-type': 'application/json' }

interface Hole {
  readonly route: string
  readonly body: string | Buffer
  /** What only the attack shows. */
  readonly shows: string
  readonly headers?: Record<string, string>
}
/** Parsers that do as the document says. */
const obedient: readonly Hole[] = [
  ...['/libxml', '/libxml-bytes', '/libxml-document'].map((route) => ({ route, body: external, shows: 'clover' })),
  { route: '/libxml-string', body: external, shows: 'clover' },
  { route: '/libxml-bytes', body: Buffer.from(`\ufeff${external}`, 'utf16le'), shows: 'clover' },
  {
    route: '/libxml',
    body: `<!DOCTYPE r [<!ENTITY % p SYSTEM "file://${definitions}"> %p;]><r>&e;</r>`,
    shows: 'clover',
  },
  {
    route: '/libxml',
    body: `<!DOCTYPE r [<!ENTITY % p "&#60;!ENTITY e SYSTEM 'file://${secret}'>"> %p;]><r>&e;</r>`,
    shows: 'clover',
  },
  { route: '/libxml-dtd', body: `<!DOCTYPE r SYSTEM "${definitions}"><r>&e;</r>`, shows: 'clover' },
  {
    route: '/libxml-include',
    body: `<r xmlns:x="http://www.w3.org/2001/XInclude"><x:include parse="text" href="file://${secret}"/></r>`,
    shows: 'clover',
  },
  { route: '/libxml-huge', body: laughs(6), shows: '3000000 letters' },
  { route: '/libxml-huge', body: blowUp(20_000, 500), shows: '10000000 letters' },
  { route: '/fast', body: blowUp(20_000, 500), shows: '10000000 letters' },
  { route: '/in-json', body: JSON.stringify({ xml: external }), shows: 'clover', headers: json },
  { route: '/in-base64', body: Buffer.from(external).toString('base64'), shows: 'clover' },
]
/** Parsers that read past it: such a document is refused all the same. */
const indifferent = [
  ...['/libxml-plain', '/libxml-sax', '/libxml-push', '/xmldom', '/xml2js-callback', '/xml2js-promise'],
  ...['/xml2js-parser', '/xml2js-async', '/xml2js-events', '/sax', '/sax-stream'],
]
const readers = [...indifferent, '/libxml', '/libxml-bytes', '/libxml-string', '/libxml-document', '/fast']

const queries = [
  ...['/select', '/select1', '/namespaces', '/resolver', '/parse', '/evaluate'],
  ...['/find', '/get', '/root-find', '/root-get'],
]
const injection = "x' or name=\"O'Brien\" or 'a'='b"
const asked = (route: string, name: string): string => `${route}?name=${encodeURIComponent(name)}`

describe.each(['app.cjs', 'app.mjs'])('%s', (file) => {
  let app: Sample
  beforeAll(async () => {
    const protections = { XmlExternalEntity: { action: 'block' }, XPathInjection: { action: 'block' } }
    app = await startSample({
      file: path.join(import.meta.dirname, 'apps', file),
      config: { protections, logging: { level: 'error' } },
    })
  }, 60_000)
  afterAll(() => app.stop())

  const refuses = (answer: Awaited<ReturnType<Sample['get']>>): void => {
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 403 })
    expect(JSON.parse(answer.text)).toMatchObject({ status: 403, reference: answer.headers['riposte-reference'] })
    expect(answer.text).not.toContain('clover')
  }

  test.each(obedient)('$route does not do as the document says', async ({ route, body, headers }) => {
    refuses(await app.post(route, body, { 'content-type': 'application/xml', ...headers }))
  })

  test.each(indifferent)('%s does not even read such a document', async (route) => {
    refuses(await app.post(route, external, { 'content-type': 'text/plain' }))
    refuses(await app.post(route, laughs(6)))
  })

  test.each(readers)('%s reads what is meant', async (route) => {
    const { status, text } = await app.post(route, plain, { 'content-type': 'application/xml' })
    expect({ route, status, text }).toMatchObject({ status: 200 })
  })

  test('a document of the app’s own may name what it wants', async () => {
    expect(await app.post('/own-document', 'maya <!ENTITY e SYSTEM "legal.xml">')).toMatchObject({ status: 200 })
  })

  test.each(queries)('%s finds nobody else', async (route) => {
    refuses(await app.get(asked(route, injection)))
    expect(await app.get(asked(route, 'maya'))).toMatchObject({ status: 200, text: 'tea' })
  })

  test.each(['/variable', '/concat'])('%s takes any text for a name', async (route) => {
    expect(await app.get(asked(route, injection))).toMatchObject({ status: 200, text: '' })
    expect(await app.get(asked(route, "O'Brien"))).toMatchObject({ status: 200, text: 'clover' })
  })

  test('what the app asks by itself is its own', async () => {
    expect(await app.get(asked('/own', "' or '1'='1"))).toMatchObject({ status: 200, text: 'nobody' })
    expect(await app.get(asked('/own', 'maya'))).toMatchObject({ status: 200, text: 'here' })
  })

  test('nothing of ours went wrong, each attack was counted once, and the hooks took', async () => {
    const { status } = await app.ask()
    expect(status.counters['bugs']).toBe(0)
    expect(status.counters['findings']).toBe(obedient.length + 2 * indifferent.length + queries.length)
    const names = ['libxmljs2', 'xml2js', 'fast-xml-parser', '@xmldom/xmldom', 'sax', 'xpath']
    for (const name of names) expect(status.hooks).toContainEqual({ name, state: 'active', detail: null })
  })
})

describe.each(['app.cjs', 'app.mjs'])('without blocking, %s', (file) => {
  let app: Sample
  beforeAll(async () => {
    const protections = { XmlExternalEntity: { action: 'none' }, XPathInjection: { action: 'none' } }
    app = await startSample({
      file: path.join(import.meta.dirname, 'apps', file),
      config: { protections, logging: { level: 'error' } },
    })
  }, 60_000)
  afterAll(() => app.stop())

  test.each(obedient)('$route does as the document says: the hole is real', async ({ route, body, shows, headers }) => {
    const { status, text } = await app.post(route, body, headers)
    expect({ status, text: text.slice(0, 200) }).toEqual({
      status: 200,
      text: expect.stringContaining(shows) as string,
    })
  })

  test.each(queries)('%s finds somebody else', async (route) => {
    expect(await app.get(asked(route, injection))).toMatchObject({ status: 200, text: 'clover' })
  })

  test('each was noticed once', async () => {
    const { status } = await app.ask()
    expect(status.counters).toMatchObject({ findings: obedient.length + queries.length, blocked: 0, bugs: 0 })
  })
})
