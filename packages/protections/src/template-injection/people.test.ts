import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detect } from './detect.ts'

const words = (
  "Maya Lee O'Brien hello the and if you like each of us for while case when default block include script 42 1,200 5% $5 " +
  'maya@example.com https://example.com/a?b=c#d (really) "so" {of} [x] C++ a<b 5>4 R&D #1 @home ... ; : - -- / // \\ | = == 日本 naïve 🙂 f(x) a.b <b> </p>'
).split(' ')
const line = fc
  .array(fc.constantFrom(...words), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(' '))
  .filter((text) => text.trim().length > 1)
const lines = fc.array(line, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('\n'))

/** Templates in which an app has written what people typed, by its own hand. */
const templates: readonly (readonly [string, string])[] = [
  ['ejs', '<% for (const x of list) { %><p title="{}">{} <%= x.name %></p><% } %>'],
  ['lodash', '<ul><% list.forEach(function (x) { %><li>{} <%- x %></li><% }) %></ul>'],
  ['handlebars', '{{#each list}}<p title="{}">{} {{this.name}} {{format date "short"}}</p>{{/each}}'],
  ['nunjucks', '{% for x in list %}<p>{} {{ x.name | upper }}</p>{% else %}<p>none</p>{% endfor %}'],
]

const judge = (engine: string, text: string, value: string) =>
  detect({ kind: 'template', engine, text }, [{ source: 'body', path: 'q', value }])

describe('what people type raises nothing', () => {
  it.each(templates)('as text of a template: %s', (engine, template) => {
    fc.assert(
      fc.property(lines, (value) => {
        expect(
          judge(
            engine,
            template.replaceAll('{}', () => value),
            value,
          ),
        ).toBeNull()
      }),
      { numRuns: 2_000, seed: 31 },
    )
  })

  it('as text of one line: pug', () => {
    fc.assert(
      fc.property(line, (value) => {
        const text = `ul\n  each x in list\n    li(title=x.name) Dear ${value}, hello #{x.name}\n  p | ${value}`
        expect(judge('pug', text, value)).toBeNull()
      }),
      { numRuns: 2_000, seed: 37 },
    )
  })

  it('handed in beside the template', () => {
    const all = [...templates, ['pug', 'ul\n  each x in list\n    li(title=x.name) hello #{x.name}\n  p= y'] as const]
    fc.assert(
      fc.property(lines, fc.constantFrom(...all), (value, [engine, template]) => {
        expect(judge(engine, template.replaceAll('{}', ''), value)).toBeNull()
      }),
      { numRuns: 4_000, seed: 41 },
    )
  })
})
