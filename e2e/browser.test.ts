import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, seriousProblems } from './support/browser.ts'
import {
  api,
  attack,
  attackPath,
  attacker,
  freePorts,
  removeFolder,
  startProduct,
  temporaryFolder,
  until,
  withoutLab,
  type Product,
} from './support/product.ts'

let product: Product
let browser: Browser
let page: Page
const dataDir = temporaryFolder()
const errors: string[] = []

beforeAll(async () => {
  product = await startProduct(dataDir, { ...(await freePorts()), ...withoutLab })
  browser = await openBrowser()
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
}, 240_000)
afterAll(async () => {
  await browser.close()
  await product.stop()
  removeFolder(dataDir)
})

const status = async (): Promise<number> =>
  (await fetch(product.facts().shop + attackPath, { headers: attacker })).status

async function isAccessible(): Promise<void> {
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme })
    // Colours need a frame to follow the scheme.
    let problems: string[] = []
    await until(async () => (problems = await seriousProblems(page)).length === 0, 3_000, 100).catch(() => undefined)
    expect(problems, scheme).toEqual([])
  }
}

test('the one-time link signs in and the first page shows the app that runs', async () => {
  await page.goto(product.facts().signin)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.waitForURL('**/overview')
  expect(page.url()).not.toContain('token')
  await page.getByText('Connect an app').waitFor()
  await isAccessible()
})

test('an attack appears in the open list within a second, and its page shows what was injected', async () => {
  await page.getByRole('link', { name: 'Incidents' }).click()
  await page.waitForURL('**/incidents')
  await page.getByText('Live').first().waitFor()
  const response = await attack(product.facts().shop)
  expect(response.status).toBe(403)
  const reference = response.headers.get('riposte-reference') ?? ''
  const row = page.getByRole('table', { name: 'Incidents' }).getByRole('row').filter({ hasText: '/products' })
  const ms = await until(async () => (await row.count()) > 0, 1_000)
  console.log(`403 to a row on the page: ${ms.toFixed(0)} ms`)
  await isAccessible()
  await row.first().click()
  await page.waitForURL(`**/incidents/${reference}`)
  await page.locator('mark').first().waitFor()
  expect(await page.locator('mark').allTextContents()).toContainEqual(expect.stringContaining('union select'))
  await isAccessible()
})

test('a rule made in the browser is in force at once; deleting it restores the file', async () => {
  await page.getByRole('link', { name: 'Workflow' }).click()
  await page.getByRole('button', { name: 'Add rule' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add rule' })
  await dialog.waitFor()
  expect(await dialog.getByRole('checkbox', { name: 'Close app' }).isDisabled()).toBe(true)
  await dialog.getByRole('checkbox', { name: 'Log incident' }).check()
  const block = dialog.getByRole('checkbox', { name: 'Block request' })
  if (await block.isChecked()) await block.uncheck()
  await isAccessible()
  await dialog.getByRole('button', { name: 'Save rule' }).click()
  await dialog.waitFor({ state: 'hidden' })
  const toLog = await until(async () => (await status()) === 200, 1_000, 1)
  const rules = page.getByRole('list', { name: 'Rules' })
  await rules.getByText('log incident').first().waitFor()
  await page
    .getByText(/1 of 1 /)
    .first()
    .waitFor()
  await isAccessible()

  await page
    .getByRole('button', { name: /^Delete rule/ })
    .first()
    .click()
  await page.getByRole('dialog', { name: 'Delete rule' }).getByRole('button', { name: 'Delete rule' }).click()
  const toFile = await until(async () => (await status()) === 403, 5_000, 1)
  console.log(`click to enforced: ${toLog.toFixed(0)} ms; deleted to restored: ${toFile.toFixed(0)} ms`)
  await page.getByRole('button', { name: 'Undo' }).click()
  await until(async () => (await status()) === 200, 5_000)
  const { rules: left } = await api<{ rules: unknown[] }>(
    product,
    'GET',
    `/api/v1/projects/${product.facts().projectId}/rules`,
  )
  expect(left).toHaveLength(1)
})

test('an address that is none says so, within the console', async () => {
  await page.goto(`${new URL(page.url()).origin}/incidents`)
  await page.getByRole('heading', { name: 'No such page' }).waitFor()
  await isAccessible()
  await page.getByRole('main').getByRole('link', { name: 'overview' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
})

test('the owner chooses a password, signs out, and comes back with it', async () => {
  await page.getByText('Choose password').click()
  await page.getByLabel('Name').fill('Maya')
  await page.getByLabel('E-mail').fill('maya@example.org')
  await page.getByLabel('New password').fill('short')
  await page.getByRole('button', { name: 'Save account' }).click()
  await page.getByRole('alert').first().waitFor()
  await page.getByLabel('New password').fill('a long enough phrase')
  await page.getByRole('button', { name: 'Save account' }).click()
  await page.getByLabel('Current password').waitFor()
  await isAccessible()
  await page.getByRole('button', { name: 'My menu' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.waitForURL('**/sign-in')
  await page.getByLabel('E-mail').fill('maya@example.org')
  await page.locator('input[type=password]').fill('a wrong enough phrase')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').first().waitFor()
  await isAccessible()
  await page.locator('input[type=password]').fill('a long enough phrase')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/overview')
})

test('a new project gives its token once, and it works', async () => {
  await page.goto(`${product.facts().console}/settings?tab=projects`)
  await page.getByRole('textbox', { name: 'New project' }).fill('Second app')
  await page.getByRole('button', { name: 'Make project' }).click()
  const token = await page
    .getByText(/rip1\.[0-9a-f]{32}/)
    .first()
    .textContent()
  const response = await fetch(`${product.facts().console}/api/v1/sdk/config`, {
    headers: { authorization: `Bearer ${/rip1\.[\w.-]+/.exec(token ?? '')?.[0] ?? ''}` },
  })
  expect(response.status).toBe(200)
  await isAccessible()
})

test('the shop in a browser tells a blocked visitor the reference', async () => {
  const shop = await browser.newPage()
  await shop.goto(product.facts().shop)
  await shop.getByText('6 found').waitFor()
  await shop.close()
})

test('no page raised an error, and nothing but the control plane was asked for anything', () => {
  // The two refusals that the sign-in test asked for are said by the browser too.
  expect(errors.filter((error) => !/status of (401|400|422)/.test(error))).toEqual([])
})
