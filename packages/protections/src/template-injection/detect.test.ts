import { describe, expect, it } from 'vitest'
import { attacks, benign, caseText, type Case } from './cases.ts'
import { detect } from './detect.ts'

function judge(given: Case) {
  const values = typeof given.value === 'string' ? [given.value] : given.value
  const inputs = values.map((value, index) => ({ source: 'body', path: `q${index}`, value }))
  const { engine, delimiters } = given
  return detect({ kind: 'template', engine, text: caseText(given), ...(delimiters ? { delimiters } : {}) }, inputs)
}

describe('a value that becomes template code is found', () => {
  it.each(attacks)('$engine, $says: $value', (given) => {
    const found = judge(given)
    expect(found).not.toBeNull()
    expect(found?.confidence).toBeGreaterThan(0.6)
    for (const value of [given.value].flat()) if (value.length > 3) expect(found?.reason).not.toContain(value)
    const span = found?.operationSpan
    expect(span && span.start < span.end && span.end <= caseText(given).length).toBe(true)
  })
})

describe('a value that stays text or data raises nothing', () => {
  it.each(benign)('$engine, $says: $value', (given) => {
    expect(judge(given)).toBeNull()
  })
})

describe('odd templates', () => {
  const engines = ['ejs', 'lodash', 'handlebars', 'nunjucks', 'pug', 'javascript', 'unheard-of']
  const odd = [
    ...[
      '',
      ' ',
      '\0',
      '\uFEFF<%',
      '<%',
      '%>',
      '{{',
      '}}',
      '{%',
      '{#',
      '${',
      '#{',
      '#[',
      '\\',
      '"',
      'a(',
      'a(b=',
      '\r\n \r\n',
      '-',
      '+',
    ],
    ...[
      '#['.repeat(2_000),
      '('.repeat(50_000),
      '{{"'.repeat(20_000),
      '<%_'.repeat(20_000),
      '\ud800{{',
      '+#{',
      ':',
      ': ',
      'a: '.repeat(3_000),
    ],
    ...[
      'when ',
      'mixin ',
      'include:',
      '&attributes(',
      '- \n  x',
      '.\n',
      'p.\n\n',
      '\t p\n  p',
      '{{!--',
      '{{{{',
      '{{{{/',
      '{% raw %}',
      "{{ '",
    ],
  ]
  it.each(engines)('%s: nothing is thrown, whatever the text', (engine) => {
    for (const text of odd) {
      for (const value of [text, 'x y', `${text.slice(0, 40)} f(x)`])
        expect(() =>
          detect({ kind: 'template', engine, text: `a ${text} b ${value}` }, [{ source: 'q', path: 'q', value }]),
        ).not.toThrow()
    }
  })

  it('patterns that are none are no reason to fail', () => {
    const operation = {
      kind: 'template',
      engine: 'lodash',
      text: 'a <%= f(x) %>',
      delimiters: { interpolate: '(' },
    } as const
    expect(detect(operation, [{ source: 'q', path: 'q', value: '<%= f(x) %>' }])).toBeNull()
  })
})
