import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSample, type Sample } from '../../packages/monitor/src/testing/start-sample.ts'
import { install } from './support/install.ts'

beforeAll(install, 120_000)

const start = (file: string, protections: unknown = {}): Promise<Sample> =>
  startSample({
    file: path.join(import.meta.dirname, 'apps', file),
    config: { protections, logging: { level: 'error' } },
    env: { SECRET: 'clover' },
  })
const at = (route: string, value: string): string => `${route}?v=${encodeURIComponent(value)}`

const shows = {
  ejs: '<%= process.env.SECRET %>',
  pug: '#{process.env.SECRET}',
  handlebars: '{{secret}}',
  nunjucks: "{{ range.constructor('return process.env.SECRET')() }}",
  lodash: '${process.env.SECRET}',
}

/** What shows `clover`, which is no client's to see; for each route. */
const attacks: readonly (readonly [string, string])[] = [
  ...['/ejs/compile', '/ejs/render', '/ejs/template', '/ejs/async'].map((route) => [route, shows.ejs] as const),
  ['/ejs/brackets', '[?- process.env.SECRET ?]'],
  ['/ejs/quoted', '" + process.env.SECRET + "'],
  ['/ejs/quoted', '") %> <%= process.env.SECRET %> <%= t("'],
  ...['/pug/compile', '/pug/render', '/pug/callback'].map((route) => [route, shows.pug] as const),
  ['/pug/render', 'x\n  p= process.env.SECRET\n  p x'],
  ['/pug/render', '#[b= process.env.SECRET]'],
  ['/pug/attribute', 'a" class=process.env.SECRET id="b'],
  ...['/handlebars/compile', '/handlebars/own'].map((route) => [route, shows.handlebars] as const),
  ['/handlebars/compile', '{{#if true}}{{secret}}{{/if}}'],
  ...['/string', '/callback', '/compile', '/template'].map((end) => [`/nunjucks${end}`, shows.nunjucks] as const),
  ['/nunjucks/brackets', "<$ range.constructor('return process.env.SECRET')() $>"],
  ['/nunjucks/string', "{% set x = range.constructor('return process.env.SECRET') %}{{ x() }}"],
  ...['/lodash/template', '/lodash/copy', '/lodash/package'].map((route) => [route, shows.lodash] as const),
  ['/lodash/template', '<%= process.env.SECRET %>'],
  ['/lodash/braces', '{{ process.env.SECRET }}'],
]
/** They write code for others to run. */
const writers: readonly (readonly [string, string])[] = [
  ['/pug/client', shows.pug],
  ['/handlebars/precompile', shows.handlebars],
  ['/nunjucks/precompile', shows.nunjucks],
]
const meant = [
  'Maya',
  "O'Brien",
  'Maya Lee, 5 < 6 & "so" (on) 100% {of} them $5',
  'see https://example.com/a?b=c#d; f(x) = 2',
  'if (x) { process.exit() } // snippet',
]
const notQuoted = (route: string): boolean => !/quoted|attribute|option/.test(route)

describe.each(['app.cjs', 'app.mjs'])('%s', (file) => {
  let app: Sample
  beforeAll(async () => {
    app = await start(file)
  })
  afterAll(() => app.stop())

  test.each([...attacks, ...writers])('%s refuses once and cleanly: %s', async (route, value) => {
    const before = app.spooled().length
    const { status, text, headers } = await app.get(at(route, value))
    expect({ status, text }).toEqual({ status: 403, text: expect.not.stringContaining('clover') as string })
    expect(headers['riposte-reference']).toBeTypeOf('string')
    const fresh = app.spooled().slice(before)
    // Where Node hands out the function itself before anything can stand before it, the code that it makes is judged instead.
    const judges =
      file === 'app.mjs' && route === '/lodash/package' ? ['TemplateInjection', 'CodeInjection'] : ['TemplateInjection']
    for (const { protection } of fresh) expect(judges).toContain(protection)
    expect(fresh.length).toBeLessThanOrEqual(1)
    expect((await app.get('/ok')).text).toBe('ok')
  })

  test('older versions by another name are no package that we know; the code that they make is judged as code', async () => {
    expect((await app.get(at('/ejs/older', shows.ejs))).status).toBe(403)
  })

  test('what is meant passes, as text and as data', async () => {
    const before = app.spooled().length
    for (const route of new Set(attacks.map(([each]) => each).filter(notQuoted))) {
      for (const value of meant) {
        const { status, text } = await app.get(at(route, value))
        expect({ route, value, status, text }).toMatchObject({ status: 200 })
        expect(text).toContain('Maya')
      }
    }
    for (const value of [...meant, ...Object.values(shows)]) {
      const { status, text } = await app.get(at('/data', value))
      expect({ value, status, text }).toMatchObject({ status: 200 })
    }
    expect(app.spooled().slice(before)).toEqual([])
  })

  test('nothing of ours went wrong on the way, and the hooks took', async () => {
    const { status } = await app.ask()
    expect(status.counters['bugs']).toBe(0)
    const names = ['ejs', 'pug', 'handlebars', 'nunjucks', 'lodash', 'lodash.template']
    for (const name of names) expect(status.hooks).toContainEqual({ name, state: 'active', detail: null })
  })
})

test('without blocking, every one of these attacks works: the holes are real', async () => {
  const none = { action: 'none' }
  const app = await start('app.mjs', { TemplateInjection: none, CodeInjection: none })
  for (const [route, value] of attacks) {
    const { status, text } = await app.get(at(route, value))
    expect({ route, value, status, text }).toMatchObject({
      status: 200,
      text: expect.stringContaining('clover') as string,
    })
  }
  await app.stop()
})
