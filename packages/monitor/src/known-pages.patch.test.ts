import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Monitor } from './core/monitor.ts'
import { ask, listen, portOf } from './testing/guard-answers.ts'

process.env['RIPOSTE_MONITOR_DATA_DIR'] = mkdtempSync(path.join(tmpdir(), 'riposte-known-'))
const monitor = new Monitor().start({ logging: { level: 'error' } })

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${String(sign.charCodeAt(0))};`)

interface Visit {
  readonly name: string
  readonly user: string
  readonly rows: number
}

/** Where a page of the app shows what came with the request, and an attack that works there. */
const holes: Readonly<Record<string, { readonly at: (name: string) => string; readonly attack: string }>> = {
  text: { at: (name) => `<p>${name}</p>`, attack: '<img src=x onerror=steal()>' },
  title: { at: (name) => `<title>${name}</title>`, attack: '</title><script>steal()</script>' },
  value: { at: (name) => `<input value="${name}">`, attack: '" autofocus onfocus="steal()' },
  'empty-value': { at: (name) => `<input value="${name === 'word' ? '' : name}">`, attack: '"><svg onload=steal()>' },
  'unquoted-value': { at: (name) => `<input value=${name}>`, attack: 'x onfocus=steal() autofocus' },
  address: { at: (name) => `<a href="${name}">on</a>`, attack: 'javascript:steal()' },
  handler: { at: (name) => `<b onclick="show('${name}')">on</b>`, attack: "');steal('" },
  script: { at: (name) => `<script>var name = "${name}"</script>`, attack: '";steal();"' },
  number: { at: (name) => `<script>show(${name === 'word' ? '17' : name})</script>`, attack: '17);steal(' },
  data: {
    at: (name) => `<script type="application/json">{"a":"${name}"}</script>`,
    attack: '</script><script>steal()//',
  },
  style: {
    at: (name) => `<style>p { color: ${name} }</style>`,
    attack: 'red } body { background: url(//evil.example) ',
  },
  comment: { at: (name) => `<!-- ${name} -->`, attack: '--><script>steal()</script><!--' },
  frame: { at: (name) => `<iframe srcdoc="${name}"></iframe>`, attack: '&lt;script&gt;steal()&lt;/script&gt;' },
}

function pageOf(hole: string, { name, user, rows }: Visit): string {
  const list = Array.from({ length: rows }, (_, n) => `<li title="${escaped(user)} ${String(n)}">${String(n)}</li>`)
  const held = holes[hole]?.at(name) ?? `<p>${escaped(name)}</p>`
  return `<!doctype html><html><head><meta name="token" content="${String(Math.random())}"><script>var token = "${randomUUID()}", made = ${String(Date.now())}</script></head><body>${held}<h1>Größe, ${escaped(user)}</h1><ul>${list.join('')}</ul><p>${'x'.repeat(2_000)}</p></body></html>`
}

let port = 0
/** What an earlier request has left. */
let stored = ''
const server = http.createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://app')
  const [, hole = '', as] = url.pathname.split('/')
  const { name = '', user = '', rows = '3' } = Object.fromEntries(url.searchParams)
  response.setHeader('content-type', 'text/html; charset=utf-8')
  if (hole === 'late') {
    for (let part = 0; part < 19; part += 1) response.write(`<p>Part ${String(part)}: ${randomUUID()}</p>`)
    response.end(`<p>${url.searchParams.get('tail') ?? ''}</p>`)
    return
  }
  const page = pageOf(hole, { name, user, rows: Number(rows) })
  if (as === 'named') {
    monitor.runWithInputs({ stored }, () => response.end(page.replace('<h1>', `<i>${stored}</i><h1>`)))
  } else if (as === 'parts') {
    response.write(page.slice(0, 1_100))
    response.write(page.slice(1_100, 1_500))
    response.end(page.slice(1_500))
  } else if (as === 'compressed') {
    response.setHeader('content-encoding', 'gzip')
    response.end(gzipSync(page))
  } else response.end(as === 'bytes' ? Buffer.from(page) : page)
})

beforeAll(async () => {
  port = portOf(await listen(server))
})
afterAll(async () => {
  server.close()
  await monitor.stop()
})

const visit = (at: string, { name, user, rows }: Visit) =>
  ask(port, `/${at}?${new URLSearchParams({ name, user, rows: String(rows) }).toString()}`)
const known = (): number => monitor.status().counters['known'] ?? 0

describe.each([
  ['text', 1],
  ['bytes', 1],
  ['parts', 3],
  ['compressed', 1],
])('pages that leave as %s', (as, parts) => {
  test('are known by their markup, whatever their words are', async () => {
    await visit(`none/${as}`, { name: 'Ann', user: 'Ann', rows: 3 })
    const before = known()
    for (const user of ['Bob', "O'Brien & Sons", 'Jörg <3', ''])
      expect((await visit(`none/${as}`, { name: user, user, rows: 3 })).status).toBe(200)
    expect(known() - before).toBe(4 * parts)
  })

  test('are known where only rows are new, in which no value stands', async () => {
    await visit(`none/${as}`, { name: 'Ann', user: 'Ann', rows: 3 })
    const before = known()
    expect((await visit(`none/${as}`, { name: 'a <b>', user: 'Ann', rows: 7 })).status).toBe(200)
    // Where it begins to differ it is judged; at its end all of it is known.
    expect(known() - before).toBe(1)
  })

  test.each(Object.entries(holes))('of which one shows a value: %s', async (hole, { attack }) => {
    const at = `${hole}/${as}`
    for (const name of ['word', 'other', 'word'])
      expect((await visit(at, { name, user: 'Ann', rows: 3 })).status).toBe(200)
    for (const user of ['Ann', 'Bob']) {
      for (const rows of [3, 5]) expect((await visit(at, { name: attack, user, rows })).status).toBe(403)
    }
    // A refused page is not what others are compared with.
    expect((await visit(at, { name: attack, user: 'Ann', rows: 3 })).status).toBe(403)
    expect((await visit(at, { name: 'word', user: 'Ann', rows: 3 })).status).toBe(200)
  })
})

test('a page is known up to the part that holds something new', async () => {
  const late = (tail: string) => ask(port, `/late?${new URLSearchParams({ tail }).toString()}`)
  expect((await late('words')).body.toString()).toContain('words')
  const before = known()
  expect((await late('other words')).body.toString()).toContain('other words')
  expect(known() - before).toBe(20)
  await expect(late('<img src=x onerror=steal()>')).rejects.toThrow()
  expect(known() - before).toBe(39)
})

test('values that the app names on the way count', async () => {
  const show = async (value: string): Promise<number> => {
    stored = value
    return (await visit('none/named', { name: 'Ann', user: 'Ann', rows: 3 })).status
  }
  expect(await show('words')).toBe(200)
  expect(await show('other words')).toBe(200)
  expect(await show('<img src=x onerror=steal()>')).toBe(403)
})
