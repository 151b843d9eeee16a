import chromium from '@sparticuz/chromium'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium as driver, type Browser, type Page } from 'playwright-core'

// In one process the cookies that one person's page gets are everybody's; and pages are held to what browsers hold them to.
const unwanted = ['--single-process', '--disable-web-security', '--allow-running-insecure-content']

/** The browser is inside an npm package: nothing is downloaded when a test runs. */
export async function openBrowser(): Promise<Browser> {
  return driver.launch({
    executablePath: await chromium.executablePath(),
    args: [
      ...chromium.args.filter((arg) => !unwanted.includes(arg)),
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    headless: true,
  })
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Serious and critical findings of axe on the page as it is shown. */
export async function seriousProblems(page: Page): Promise<string[]> {
  // Through the debugger: the page's own policy lets no script in, which is as it should be.
  await page.evaluate(axeSource)
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> }
    }
    return (await axe.run()).violations
  })
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
}
