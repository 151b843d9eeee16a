import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openBrowser } from '../../e2e/support/browser.ts'
import { detect } from '../../packages/protections/src/cross-site-scripting/detect.ts'
import { liveContexts } from './support/live-contexts.ts'
import { contexts } from './support/pages.ts'
import { payloads } from './support/payloads.ts'
import { runPages } from './support/run-pages.ts'

let browser: Browser
let page: Page
beforeAll(async () => {
  browser = await openBrowser()
  page = await browser.newPage()
  await page.goto('about:blank')
})
afterAll(() => browser.close())

const all = [...contexts, ...liveContexts]

it('what runs in a browser is found', async () => {
  const cases = payloads.flatMap(({ end, rest }, at) =>
    all.flatMap((context, index) => {
      // Of those that need an end, some: of each with each.
      const isChosen = end === '' ? (at + index) % 4 === 0 : (at * 7 + index) % 211 === 0
      if (!isChosen) return []
      const value = end + rest
      return [{ says: context.says, value, page: context.before + value + context.after }]
    }),
  )
  const missed: string[] = []
  let ran = 0
  for (let from = 0; from < cases.length; from += 100) {
    const batch = cases.slice(from, from + 100)
    const results = await runPages(
      page,
      batch.map((one) => one.page),
    )
    for (const [index, one] of batch.entries()) {
      if (!results[index]) continue
      ran += 1
      const found = detect({ kind: 'html', body: one.page }, [{ source: 'query', path: 'q', value: one.value }])
      if (!found) missed.push(`${one.says}: ${JSON.stringify(one.value)}`)
    }
  }
  expect(missed).toEqual([])
  expect(ran).toBeGreaterThan(100)
}, 300_000)
