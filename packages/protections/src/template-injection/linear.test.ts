import { growth } from '@riposte/testkit/growth'
import { describe, expect, it } from 'vitest'
import { detect } from './detect.ts'

const repeated: readonly (readonly [string, string, string])[] = [
  ...['<%', '<%=', '%>', '<%= "', '<%%', "<%= f('x') %>"].map((text) => ['ejs', text, 'x'] as const),
  ...['<%-', '${', '${\\', '<%=%'].map((text) => ['lodash', text, 'x'] as const),
  ...['{{', '{{"', '{{\\"', '{{[', '{{!--', '\\{{', '{{{{', '{{~', "{{x 'y'}}"].map(
    (text) => ['handlebars', text, 'x'] as const,
  ),
  ...['{{', '{%', '{#', "{{ '", '{% raw %}', '{{ x }}', '{{ "}}" '].map((text) => ['nunjucks', text, 'x'] as const),
  ...['#{', '#[', '#[b ', '(', 'a(', 'a(b="', '\n', '\n  ', 'p.\n  ', '\n//\n ', '- ', 'a: ', '+x(', '\n- {'].map(
    (text) => ['pug', text, 'x'] as const,
  ),
]

describe('the time grows with the size', () => {
  it.each(repeated)('%s: %j again and again', (engine, piece) => {
    const judge = (size: number): (() => unknown) => {
      const text = `${piece.repeat(Math.ceil(size / piece.length))} y f(z)`
      const values = [`${piece}${piece} y f(z)`, text.slice(0, size / 4)]
      const inputs = values.map((value) => ({ source: 'q', path: 'q', value }))
      return () => detect({ kind: 'template', engine, text }, inputs)
    }
    // Large enough that the budget for places ends both.
    const size = piece === 'a(' || piece === '{{ x }}' ? 30_000 : 6_000
    expect(growth(judge(size), judge(4 * size), 8)).toBeLessThan(9)
  })
})
