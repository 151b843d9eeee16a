import { createHash } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser, seriousProblems } from './support/browser.ts'
import { openLine, viewHost, whyNoLab, type HostView, type Line } from './support/lab.ts'
import { openMailbox, type Mailbox } from './support/mailbox.ts'
import {
  api,
  apiToken,
  freePorts,
  isAlive,
  node,
  removeFolder,
  startProduct,
  temporaryFolder,
  until,
  type Product,
} from './support/product.ts'

// Two people in two browsers answer to an attack on two real hosts; what their deeds do is looked at from outside of the agents.

const dataDir = temporaryFolder()
/** What was downloaded. */
const desk = temporaryFolder()
const echoPort = 9_090
const errors: string[] = []
/** What was asked for, in order: each must be verified at the end. */
const done: { readonly id: string; readonly sentence: string; readonly approved: boolean; readonly trigger: string }[] =
  []

let product: Product
let browser: Browser
let owner: Page
let second: Page
let web: HostView
let db: HostView
let mailbox: Mailbox
let line: Line | null = null
/** What ends each thing that was begun, last first. */
const ends: (() => unknown)[] = [() => removeFolder(dataDir), () => removeFolder(desk)]

const at = (place: string): string => product.facts().console + place

/** A page of a person of their own. */
async function newPerson(): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, reducedMotion: 'reduce' })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  return page
}

const heading = (page: Page, name: string | RegExp): Locator => page.getByRole('heading', { level: 1, name })

async function openDevice(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name: 'Devices', exact: true }).click()
  await page.getByRole('table', { name: 'Devices' }).getByRole('row').filter({ hasText: name }).click()
  await heading(page, name).waitFor()
}

async function choose(within: Locator, label: string, option: string): Promise<void> {
  await within.getByRole('combobox', { name: label }).click()
  await within.page().getByRole('option', { name: option, exact: true }).click()
}

/** Fills in why, reads what will happen, and sends it. @returns the id of the response */
async function send(page: Page, sentence: string | RegExp): Promise<string> {
  const form = page.getByRole('dialog', { name: 'Respond' })
  await form.getByRole('textbox', { name: 'Justification' }).fill('The detection says so, and a colleague looked at it')
  await form.getByRole('region', { name: 'What will happen' }).getByText(sentence).first().waitFor()
  await form.locator('button[type=submit]').click()
  await page.waitForURL(/\/responses\/[0-9a-f-]{36}$/)
  await heading(page, sentence).waitFor()
  return page.url().slice(-36)
}

/** The second person reads the request in the inbox and consents to it. Its author cannot, and is told why. */
async function approve(id: string, sentence: string | RegExp): Promise<void> {
  const own = owner.getByRole('article').first().getByRole('button', { name: 'Approve…' })
  await own.waitFor()
  expect(await own.isDisabled()).toBe(true)
  await owner.getByRole('note', { name: 'You asked for it: somebody else has to look at it' }).first().waitFor()
  await second.getByRole('link', { name: /^Approvals/ }).click()
  await second.getByRole('article', { name: sentence }).getByRole('button', { name: 'Approve…' }).click()
  await second
    .getByRole('dialog')
    .getByRole('button', { name: /^Approve: / })
    .click()
  await completes(id)
}

/** The page of the response tells that it is completed, without being loaded again. */
async function completes(id: string): Promise<void> {
  expect(owner.url()).toContain(id)
  const rail = owner.getByRole('list', { name: 'Lifecycle' })
  const over = rail.getByText(/^(Completed|Failed|Cancelled), done$/)
  await over.waitFor({ timeout: 30_000 })
  expect(await over.textContent(), (await rail.textContent()) ?? '').toBe('Completed, done')
}

/** @param meanwhile what holds as long as nobody has consented to it */
async function ask(
  sentence: string | RegExp,
  needsApproval: boolean,
  meanwhile?: () => Promise<void> | void,
): Promise<string> {
  const id = await send(owner, sentence)
  await meanwhile?.()
  const words = (await owner.getByRole('heading', { level: 1 }).textContent()) ?? ''
  if (needsApproval) await approve(id, words)
  else await completes(id)
  done.push({ id, sentence: words, approved: needsApproval, trigger: 'by hand' })
  return id
}

const ofDevice = async (name: string, act: string): Promise<Locator> => {
  await openDevice(owner, name)
  await owner.getByRole('button', { name: 'Respond…' }).click()
  const form = owner.getByRole('dialog', { name: 'Respond' })
  await choose(form, 'Action', act)
  return form
}

interface Seen {
  readonly status: string
  readonly finishedAt: string | null
  readonly verification: { readonly state: string; readonly detail: string | null; readonly at: string | null } | null
}
const response = (id: string): Promise<Seen> => api<Seen>(product, 'GET', `/api/v1/responses/${id}`)

async function verified(ids: readonly string[], deadlineMs: number): Promise<void> {
  let waiting: string[] = []
  await until(
    async () => {
      const all = await Promise.all(ids.map(async (id) => ({ id, seen: await response(id) })))
      for (const { id, seen } of all) {
        const words = `${done.find((one) => one.id === id)?.sentence ?? id}: ${seen.verification?.detail ?? ''}`
        expect(['failed', 'inconclusive'], words).not.toContain(seen.verification?.state)
      }
      waiting = all.filter(({ seen }) => seen.verification?.state !== 'passed').map(({ id }) => id)
      return waiting.length === 0
    },
    deadlineMs,
    500,
  ).catch((error: unknown) => {
    if (waiting.length === 0) throw error
    throw new Error(
      `not verified in time: ${waiting.map((id) => done.find((one) => one.id === id)?.sentence).join('; ')}`,
    )
  })
}

/** Takes a response back from its own page. */
async function undo(id: string, act: string, title: string): Promise<void> {
  await owner.goto(at(`/responses/${id}`))
  await owner
    .getByRole('button', { name: `${act}…` })
    .first()
    .click()
  const dialog = owner.getByRole('dialog', { name: new RegExp(`^${act}`) })
  await dialog.getByRole('textbox', { name: 'Justification' }).fill('It was looked at and is clean')
  await dialog.getByRole('button', { name: act, exact: true }).click()
  await owner.waitForURL((url) => url.pathname.startsWith('/responses/') && !url.pathname.includes(id))
  const undoing = owner.url().slice(-36)
  await completes(undoing)
  done.push({
    id: undoing,
    sentence: (await owner.getByRole('heading', { level: 1 }).textContent()) ?? '',
    approved: false,
    trigger: `Undo of ${title}`,
  })
}

async function isAccessible(page: Page, place: string): Promise<void> {
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme })
    let problems: string[] = []
    await until(async () => (problems = await seriousProblems(page)).length === 0, 5_000, 100).catch(() => undefined)
    expect(problems, `${place}, ${scheme}`).toEqual([])
  }
}

const ago = /now|\d+[sm] ago/
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
const shell = '/srv/www/uploads/shell.php'
const before = { hash: '', mode: 0, uid: 0, modifiedMs: 0 }
const shellNow = (): typeof before => {
  const { mode, uid, mtimeMs } = statSync(web.file(shell))
  return { hash: sha256(readFileSync(web.file(shell))), mode, uid, modifiedMs: mtimeMs }
}
const malware = (): number[] => web.processes(({ command }) => command.includes('kworker-update 1000000'))
const shadowOfAlice = (): string[] =>
  (/^alice:.*$/m.exec(readFileSync(web.file('/etc/shadow'), 'utf8'))?.[0] ?? '').split(':')

const ids: Record<'block' | 'isolate' | 'quarantine', string> = { block: '', isolate: '', quarantine: '' }

const missing = whyNoLab()
if (missing !== null) console.warn(`SKIPPED: responses on real hosts: ${missing}`)

describe.skipIf(missing !== null)('two people and two hosts', () => {
  beforeAll(async () => {
    mailbox = await openMailbox()
    ends.push(() => mailbox.close())
    product = await startProduct(dataDir, { ...(await freePorts()) })
    ends.push(() => product.stop())
    expect(product.output()).toContain('two lab hosts in namespaces of their own')
    browser = await openBrowser()
    ends.push(() => browser.close())
    await until(
      async () =>
        (await api<{ items: { online: boolean }[] }>(product, 'GET', '/api/v1/devices?limit=50')).items.filter(
          ({ online }) => online,
        ).length === 2,
      30_000,
      100,
    )
    web = viewHost(product, 'web-1')
    db = viewHost(product, 'db-1')
    const echo = await db.startEcho(echoPort)
    ends.push(() => echo.stop())
    owner = await newPerson()
    second = await newPerson()
  }, 180_000)
  afterAll(async () => {
    for (const end of ends.reverse()) await end()
  })

  test('the owner comes in by the link and invites a second person, who comes in by theirs', async () => {
    await owner.goto(product.facts().signin)
    await owner.waitForURL('**/overview')
    await owner.getByRole('link', { name: 'Settings' }).click()
    await owner.getByRole('tab', { name: 'Members' }).click()
    const invite = owner.getByRole('form', { name: 'Invite member' })
    await invite.getByRole('textbox', { name: 'Name' }).fill('Noor')
    await invite.getByRole('textbox', { name: 'E-mail' }).fill('noor@example.org')
    await invite.getByRole('button', { name: 'Invite member' }).click()
    const link = await invite.getByText(/\/sign-in#token=/).textContent()
    await owner.getByRole('list', { name: 'Members' }).getByText('Noor', { exact: true }).waitFor()
    await second.goto(link ?? '')
    await second.waitForURL('**/overview')
    expect(second.url()).not.toContain('token')
  })

  test('block IP: the neighbour is not reached any more, and the address is in a set of the kernel', async () => {
    expect(web.fetchPage(db.lanAddress)).toBe('This is db-1.\n')
    const form = await ofDevice('web-1', 'Block IP')
    await form.getByRole('textbox', { name: 'Address or network' }).fill(db.lanAddress)
    ids.block = await ask(`Block ${db.lanAddress} on web-1 for 1440 minutes`, false)
    expect(web.fetchPage(db.lanAddress)).toBeNull()
    expect(db.fetchPage(web.lanAddress)).toBeNull()
    expect(web.run('nft', 'list', 'ruleset')).toContain(db.lanAddress)
  })

  test('isolate device: nobody reaches it, an open connection is dead, and it stays manageable', async () => {
    line = await openLine(db.address, echoPort)
    ends.push(() => line?.close())
    await openDevice(owner, 'db-1')
    await owner.getByRole('button', { name: 'Isolate…' }).click()
    ids.isolate = await ask('Isolate db-1 from the network', true, async () => {
      expect(await line?.answers()).toBe(true)
    })
    expect(await openLine(db.address, echoPort)).toBeNull()
    expect(await line?.answers()).toBe(false)
    await openDevice(owner, 'db-1')
    await owner.getByRole('list', { name: 'Containments' }).getByText('Isolated').waitFor()
    await owner.getByRole('table').last().getByText('services.mjs').first().waitFor()
  })

  test('an agent that is killed during isolation leaves the host isolated and comes back to manage it', async () => {
    const agent = (): number[] => db.processes(({ command }) => command.includes('riposte-agent'))
    const [pid = 0] = agent()
    process.kill(pid, 'SIGKILL')
    await until(() => !isAlive(pid), 5_000)
    expect(await openLine(db.address, echoPort)).toBeNull()
    await until(() => agent().length === 1, 15_000, 50)
    await until(
      async () => {
        const live = await fetch(at(`/api/v1/devices/${await deviceId('db-1')}/live/processes`), {
          headers: { authorization: `Bearer ${apiToken}` },
        })
        return live.ok
      },
      30_000,
      200,
    )
    expect(await openLine(db.address, echoPort)).toBeNull()
    await owner.getByRole('list', { name: 'Containments' }).getByText('In force').waitFor()
  })

  test('quarantine file: it is gone from its place', async () => {
    Object.assign(before, shellNow())
    const form = await ofDevice('web-1', 'Quarantine file')
    await form.getByRole('textbox', { name: 'Path' }).fill(shell)
    ids.quarantine = await ask(`Quarantine "${shell}" on web-1`, true, () => {
      expect(shellNow()).toEqual(before)
    })
    expect(existsSync(web.file(shell))).toBe(false)
  })

  test('kill process: chosen from what the host runs right now', async () => {
    expect(malware()).toHaveLength(1)
    await openDevice(owner, 'web-1')
    await owner.getByRole('button', { name: /^Kill… kworker-update/ }).click()
    await ask(/^Kill process \d+ \([\w.-]+\) on web-1$/, false)
    expect(malware()).toEqual([])
  })

  test('reset user session: chosen from who is signed in', async () => {
    const ofAlice = (): number[] => web.processes(({ uid }) => uid === 4_101)
    expect(ofAlice().length).toBeGreaterThan(0)
    await openDevice(owner, 'web-1')
    await owner.getByRole('tab', { name: 'Sessions' }).click()
    await owner
      .getByRole('button', { name: /^Reset… alice/ })
      .first()
      .click()
    await ask(/^End .* of alice on web-1$/, true)
    expect(ofAlice()).toEqual([])
  })

  test('force password reset: a person is told by mail, and a local account has to choose a new one', async () => {
    await owner.getByRole('link', { name: 'Settings' }).click()
    await owner.getByRole('tab', { name: 'Mail' }).click()
    await owner.getByRole('textbox', { name: 'Server' }).fill('127.0.0.1')
    await owner.getByRole('textbox', { name: 'Port' }).fill(String(mailbox.port))
    await choose(owner.locator('main'), 'Encryption', 'None (only to this very machine)')
    await owner.getByRole('textbox', { name: 'From address' }).fill('security@example.org')
    await owner.getByRole('button', { name: 'Save mail settings' }).click()
    await owner.getByRole('button', { name: 'Send test mail' }).waitFor()

    await owner.getByRole('link', { name: 'People' }).click()
    await owner.getByRole('button', { name: 'Add person' }).click()
    const form = owner.getByRole('dialog', { name: 'Add person' })
    await form.getByRole('textbox', { name: 'Name', exact: true }).fill('Alice Example')
    await form.getByRole('textbox', { name: 'E-mail' }).fill('alice@example.org')
    await form.getByRole('button', { name: 'Add person' }).click()
    await heading(owner, 'Alice Example').waitFor()
    await owner.getByRole('button', { name: 'Force password reset…' }).click()
    await ask(/^Force a password reset of Alice Example/, true)
    await until(() => mailbox.mails.some(({ to }) => to.includes('alice@example.org')), 15_000)
    await owner.getByRole('link', { name: 'People' }).click()
    await owner.getByRole('table', { name: 'People' }).getByRole('row').filter({ hasText: 'Alice Example' }).click()
    await owner.getByText('Must choose a new password').waitFor()

    expect(shadowOfAlice()[2]).not.toBe('0')
    const account = await ofDevice('web-1', 'Force password reset')
    await account.getByRole('textbox', { name: 'Local account' }).fill('alice')
    await ask('Expire the password of the account alice on web-1', true)
    expect(shadowOfAlice()[2]).toBe('0')
  })

  test('run script: written by one, approved by the other, run for real with its output', async () => {
    await owner.getByRole('link', { name: 'Scripts' }).click()
    await owner.getByRole('button', { name: 'Add script' }).first().click()
    const form = owner.getByRole('dialog', { name: 'Add script' })
    await form.getByRole('textbox', { name: 'Name' }).fill('Leave a mark')
    await form
      .getByRole('textbox', { name: 'Script', exact: true })
      .fill('printf "%s" "$1" > /srv/mark\necho "left $1 by $(id -u)"\n')
    await form.getByRole('textbox', { name: 'Post-check' }).fill('test -f /srv/mark\n')
    await form.getByRole('button', { name: 'Add script' }).click()
    await heading(owner, 'Leave a mark').waitFor()
    expect(await owner.getByRole('button', { name: 'Approve version 1…' }).isDisabled()).toBe(true)
    await owner.getByRole('note', { name: 'You wrote this version: somebody else must approve it' }).waitFor()
    expect(await owner.getByRole('button', { name: 'Run…' }).isDisabled()).toBe(true)

    await second.getByRole('link', { name: 'Scripts' }).click()
    await second.getByRole('table', { name: 'Scripts' }).getByRole('row').filter({ hasText: 'Leave a mark' }).click()
    await second.getByRole('button', { name: 'Approve version 1…' }).click()
    await second.getByRole('dialog').getByRole('button', { name: 'Approve version 1' }).click()
    await second.getByText('Approved', { exact: true }).first().waitFor()

    await owner.reload()
    await owner.getByRole('button', { name: 'Run…' }).click()
    const run = owner.getByRole('dialog', { name: 'Respond' })
    await run.getByRole('combobox', { name: 'On', exact: true }).fill('web')
    await owner.getByRole('option', { name: 'web-1' }).click()
    await run.getByRole('combobox', { name: 'Arguments' }).fill(`odd 'quote" $(id)`)
    await owner.keyboard.press('Enter')
    await ask('Run “Leave a mark” version 1 on web-1', true)
    expect(readFileSync(web.file('/srv/mark'), 'utf8')).toBe(`odd 'quote" $(id)`)
    await owner.getByText(`left odd 'quote" $(id) by 0`).first().waitFor()
  })

  test('collect forensics: listed, and the download is what the manifest says', async () => {
    const form = await ofDevice('web-1', 'Collect forensics')
    await choose(form, 'Profile', 'quick')
    await ask('Collect forensics (quick) from web-1', false)
    await owner.getByRole('link', { name: 'Evidence', exact: true }).click()
    await owner.getByRole('table', { name: 'Evidence' }).getByRole('row').filter({ hasText: 'web-1' }).click()
    await heading(owner, 'Evidence from web-1').waitFor()
    await owner.getByRole('button', { name: 'Download archive…' }).click()
    const dialog = owner.getByRole('dialog', { name: 'Download archive' })
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('To look at the processes')
    const [download] = await Promise.all([
      owner.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Download archive' }).click(),
    ])
    const archive = path.join(desk, 'evidence.tar.gz')
    await download.saveAs(archive)
    const folder = path.join(desk, 'evidence')
    mkdirSync(folder)
    const unpacked = spawnSync('tar', ['-xf', archive, '-C', folder])
    expect(unpacked.status, unpacked.stderr.toString()).toBe(0)
    const manifest = JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as {
      host: { hostname: string }
      items: { id: string; status: string; files: { path: string; sha256: string }[] }[]
    }
    expect(manifest.host.hostname).toBe('web-1')
    expect(manifest.items.find(({ id }) => id === 'processes')?.status).toBe('ok')
    const files = manifest.items.flatMap((item) => item.files)
    expect(files.length).toBeGreaterThan(10)
    for (const file of files) expect(sha256(readFileSync(path.join(folder, file.path))), file.path).toBe(file.sha256)
  })

  test('what an incident set off names that incident', async () => {
    const trigger = { kind: 'incident', id: 'a1', title: 'SQL injection from 203.0.113.7' }
    const { responseIds } = await api<{ responseIds: string[] }>(product, 'POST', '/api/v1/responses', {
      type: 'block_ip',
      deviceIds: [await deviceId('web-1')],
      parameters: { address: '203.0.113.7' },
      justification: 'It attacks the shop',
      trigger,
    })
    const [id = ''] = responseIds
    await owner.goto(at(`/responses/${id}`))
    await completes(id)
    await owner.getByRole('region', { name: 'Record' }).getByText(`incident: ${trigger.title}`).waitFor()
    const sentence = (await owner.getByRole('heading', { level: 1 }).textContent()) ?? ''
    done.push({ id, sentence, approved: false, trigger: trigger.title })
  })

  test('what was contained is verified by now, and is taken back', async () => {
    await verified([ids.block, ids.isolate, ids.quarantine], 90_000)

    await undo(ids.isolate, 'Unisolate device', 'Isolate device')
    line?.close()
    line = await openLine(db.address, echoPort)
    expect(await line?.answers()).toBe(true)
    expect(web.fetchPage(db.lanAddress)).toBeNull()

    await undo(ids.block, 'Unblock IP', 'Block IP')
    expect(web.fetchPage(db.lanAddress)).toBe('This is db-1.\n')
    expect(web.run('nft', 'list', 'ruleset')).not.toContain(db.lanAddress)

    await undo(ids.quarantine, 'Restore file', 'Quarantine file')
    expect(shellNow()).toEqual(before)
  }, 180_000)

  test('an audit export is verified offline, and one changed byte is found', async () => {
    const exported = await fetch(at('/api/v1/audit/export?format=jsonl'), {
      headers: { authorization: `Bearer ${apiToken}` },
    })
    expect(exported.status).toBe(200)
    const bytes = Buffer.from(await exported.arrayBuffer())
    const file = path.join(desk, 'audit.jsonl')
    const verify = (): number | null =>
      spawnSync(node, ['apps/cli/dist/riposte.js', 'audit', 'verify', file], {
        cwd: path.resolve(import.meta.dirname, '..'),
      }).status
    writeFileSync(file, bytes)
    expect(verify()).toBe(0)
    const place = bytes.indexOf('isolate_device') + 3
    bytes[place] = (bytes[place] ?? 0) ^ 1
    writeFileSync(file, bytes)
    expect(verify()).toBe(1)
  })

  test('the pages of Defend are accessible', async () => {
    const places: readonly (readonly [string, string | RegExp])[] = [
      ['/devices', 'Devices'],
      [`/devices/${await deviceId('web-1')}`, 'web-1'],
      ['/responses/approvals?state=all', 'Approvals'],
      ['/responses/history', 'Response history'],
      [`/responses/${ids.isolate}`, /^Isolate db-1/],
      ['/evidence', 'Evidence'],
      ['/people', 'People'],
      ['/scripts', 'Scripts'],
      ['/settings?tab=members', 'Settings'],
      ['/settings?tab=response-automation', 'Settings'],
      ['/settings?tab=mail', 'Settings'],
    ]
    for (const [place, title] of places) {
      await owner.goto(at(place))
      await heading(owner, title).waitFor()
      await isAccessible(owner, place)
    }
    await ofDevice('web-1', 'Isolate device')
    await isAccessible(owner, 'the form of a response')
  }, 150_000)

  test('every deed was verified a minute after it, and History tells all of it', async () => {
    await verified(
      done.map(({ id }) => id),
      150_000,
    )
    expect(done).toHaveLength(13)
    for (const { id, sentence } of done) {
      const { finishedAt, verification } = await response(id)
      const seconds = (Date.parse(verification?.at ?? '') - Date.parse(finishedAt ?? '')) / 1_000
      expect(seconds, sentence).toBeGreaterThanOrEqual(59)
      expect(seconds, sentence).toBeLessThan(90)
    }
    await owner.goto(at('/responses/history'))
    const table = owner.getByRole('table', { name: 'Responses' })
    await table
      .getByText(done[0]?.sentence ?? '')
      .first()
      .waitFor()
    const headers = await table.getByRole('columnheader').allTextContents()
    for (const { sentence, approved, trigger } of done) {
      const row = table.getByRole('row').filter({ has: owner.getByText(sentence, { exact: true }) })
      const cells = await row.first().getByRole('cell').allTextContents()
      const told = Object.fromEntries(headers.map((header, index) => [header, cells[index] ?? '']))
      expect(told).toMatchObject({
        Submitted: expect.stringMatching(ago) as string,
        What: sentence,
        Status: 'Completed',
        'Submitted by': 'Owner',
        'Approved by': approved ? 'Noor' : '–',
        Started: expect.stringMatching(ago) as string,
        Completed: expect.stringMatching(ago) as string,
        Verification: 'Passed',
        Trigger: trigger,
      })
    }
  }, 200_000)

  test('no page raised an error', () => {
    expect(errors).toEqual([])
  })
})

async function deviceId(name: string): Promise<string> {
  const { items } = await api<{ items: { id: string; name: string }[] }>(product, 'GET', '/api/v1/devices?limit=50')
  return items.find((device) => device.name === name)?.id ?? ''
}
