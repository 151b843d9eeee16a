import type { Browser } from 'playwright-core'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../../e2e/support/browser.ts'
import { install } from './support/install.ts'
import { frameworks, startApp, type Answer, type RunningApp } from './support/start-app.ts'

const engines = ['ejs', 'lodash', 'handlebars', 'nunjucks', 'pug', 'react']

/** What runs script where a value stands in a page; each sets `pwned`. */
const attacks: Readonly<Record<string, readonly string[]>> = {
  text: ['<script>pwned=1</script>', '<svg onload=pwned=1>'],
  double: ['"><script>pwned=1</script>', '" autofocus onfocus="pwned=1'],
  single: ["'><script>pwned=1</script>", "' autofocus onfocus='pwned=1"],
  unquoted: ['x autofocus onfocus=pwned=1', 'x><script>pwned=1</script>'],
  href: ['javascript:pwned=1', '"><script>pwned=1</script>'],
  script: ['";pwned=1;//', '</script><script>pwned=1</script>'],
  json: ['</script><script>pwned=1</script>'],
  comment: ['--><script>pwned=1</script>'],
  textarea: ['</textarea><script>pwned=1</script>'],
  title: ['</title><script>pwned=1</script>'],
  style: ['</style><script>pwned=1</script>'],
}
const attack = '<script>pwned=1</script>'
/** What people type, with signs that make a scanner look twice. */
const benign = [
  'Maya',
  "O'Brien & Sons <info@example.org>",
  'a < b && c > d; "quoted" -- so',
  'How do I use <script> in HTML? I tried <b>bold</b> & it failed',
]

const to = (route: string, value: string): string => `${route}?v=${encodeURIComponent(value)}`
const isRefusal = ({ status, headers, body, isBroken }: Answer): boolean =>
  status === 403 &&
  !isBroken &&
  typeof headers['riposte-reference'] === 'string' &&
  headers['content-encoding'] === undefined &&
  Number(headers['content-length']) === body.length &&
  !body.toString().includes('pwned')
const unzip = { gzip: gunzipSync, br: brotliDecompressSync, deflate: inflateSync } as const
const textOf = ({ headers, body }: Answer): string => {
  const coding = headers['content-encoding'] as keyof typeof unzip | undefined
  return (coding === undefined ? body : unzip[coding](body)).toString()
}
/** Without what differs from request to request. */
const shown = (answer: Answer): object => {
  const { date: _date, 'keep-alive': _keepAlive, connection: _connection, ...headers } = answer.headers
  return { status: answer.status, headers, text: textOf(answer), isBroken: answer.isBroken }
}

let browser: Browser
beforeAll(async () => {
  install()
  browser = await openBrowser()
})
afterAll(() => browser.close())

/** Whether script of the request runs in whoever opens the page. */
async function runs(address: string, route: string): Promise<boolean> {
  const page = await browser.newPage()
  try {
    await page.goto(address + route, { waitUntil: 'domcontentloaded', timeout: 3_000 }).catch(() => undefined)
    if (route.includes('/href?')) await page.click('#link', { timeout: 1_000 }).catch(() => undefined)
    return await page
      .waitForFunction(() => 'pwned' in globalThis, undefined, { timeout: route.includes('streamed') ? 300 : 1_000 })
      .then(
        () => true,
        () => false,
      )
  } finally {
    await page.close()
  }
}

describe('pages of template engines', () => {
  let plain: RunningApp
  let guarded: RunningApp
  beforeAll(async () => {
    plain = await startApp({ app: 'express', plain: true })
    guarded = await startApp({ app: 'express' })
  })
  afterAll(() => {
    plain.stop()
    guarded.stop()
  })

  describe.each(engines)('%s', (engine) => {
    test('unescaped, each attack runs in a browser; guarded, it is refused once', async () => {
      const cases = Object.entries(attacks).flatMap(([place, values]) => values.map((value) => [place, value] as const))
      const harmless: string[] = []
      const passed: string[] = []
      for (const [place, value] of cases) {
        const route = to(`/raw/${engine}/${place}`, value)
        if (!(await runs(plain.address, route))) harmless.push(`${place} ${value}`)
        if (!isRefusal(await guarded.get(route))) passed.push(`${place} ${value}`)
        if ((await guarded.get('/')).status !== 200) passed.push(`${place} ${value}: what came next`)
      }
      expect({ harmless, passed }).toEqual({ harmless: [], passed: [] })
    })

    test('escaped, the same values and what people type are answered as without the SDK', async () => {
      for (const [place, values] of Object.entries(attacks))
        for (const value of [...values, ...benign]) {
          const route = to(`/escaped/${engine}/${place}`, value)
          const answer = await guarded.get(route)
          expect({ place, value, ...shown(answer) }).toEqual({ place, value, ...shown(await plain.get(route)) })
          expect(answer.status).toBe(200)
        }
    })
  })

  test('escaped, none of them runs', async () => {
    for (const [place, [value = '']] of Object.entries(attacks))
      expect({ place, runs: await runs(plain.address, to(`/escaped/ejs/${place}`, value)) }).toEqual({
        place,
        runs: false,
      })
  })

  test('each is one incident, and nothing of ours failed', async () => {
    const found = new Set(guarded.incidents().map(({ protection }) => protection))
    expect([...found]).toEqual(['CrossSiteScripting'])
    expect((await guarded.status()).counters['bugs']).toBe(0)
  })
})

describe.each(frameworks.flatMap((app) => [false, true].map((compressed) => ({ app, compressed }))))(
  '$app, compressed: $compressed',
  ({ app, compressed }) => {
    let plain: RunningApp
    let guarded: RunningApp
    beforeAll(async () => {
      ;[plain, guarded] = await Promise.all([startApp({ app, compressed, plain: true }), startApp({ app, compressed })])
    })
    afterAll(() => {
      plain.stop()
      guarded.stop()
    })
    const accept = { 'accept-encoding': 'gzip' }

    test('a page that is written at once: one clean refusal', async () => {
      for (const route of [to('/raw/ejs/text', attack), to('/react/raw', attack)]) {
        const before = await plain.get(route, accept)
        expect(textOf(before)).toContain(attack)
        expect(before.headers['content-encoding']).toBe(compressed ? 'gzip' : undefined)
        expect(await runs(plain.address, route)).toBe(true)
        const answer = await guarded.get(route, accept)
        // Hono sends the head of a stream before its first part: then there is no other answer.
        const hasBegun = app === 'hono' && (compressed || route.startsWith('/react'))
        expect(hasBegun ? answer.isBroken && answer.body.length < 50 : isRefusal(answer)).toBe(true)
        expect((await guarded.get('/', accept)).status).toBe(200)
      }
    })

    test('a page that leaves in parts: the script does not', async () => {
      const route = to('/streamed', attack)
      expect(await runs(plain.address, route)).toBe(true)
      expect(await runs(guarded.address, route)).toBe(false)
      const answer = await guarded.get(route, accept)
      if (compressed) expect(answer.isBroken || isRefusal(answer)).toBe(true)
      else {
        expect(answer).toMatchObject({ status: 200, isBroken: true })
        expect(answer.body.toString()).toContain('row 59')
        expect(answer.body.toString()).not.toContain('pwned')
      }
      const fine = to('/streamed', 'Maya')
      expect(shown(await guarded.get(fine, accept))).toEqual(shown(await plain.get(fine, accept)))
    })

    test('what no browser takes for a page is answered as without the SDK', async () => {
      for (const route of ['/api', '/plain', '/download', '/escaped/ejs/text', '/react/escaped', '/sniffed-text']) {
        const asked = to(route, attack)
        const answer = await guarded.get(asked, accept)
        expect({ route, ...shown(answer) }).toEqual({ route, ...shown(await plain.get(asked, accept)) })
        expect(answer.status).toBe(200)
      }
    })

    test('a page whose type nobody told', async () => {
      const route = to('/sniffed', attack)
      const isPage = (await plain.get(route)).headers['content-type'] === undefined
      expect(await runs(plain.address, route)).toBe(isPage)
      expect(isRefusal(await guarded.get(route))).toBe(isPage)
    })
  },
)
