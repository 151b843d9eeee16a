import { parse, type Node } from 'acorn'
import type { Chance } from '../chance.ts'
import { inputOf, type Oracle, type Question } from '../subject.ts'
import { changes } from '../texts.ts'

export const pieces = [
  ...[
    "'",
    '"',
    '`',
    '${',
    '}',
    '{',
    '(',
    ')',
    '[',
    ']',
    ';',
    ',',
    '=>',
    '=',
    '==',
    '+',
    '//',
    '/*',
    '*/',
    '\\',
    '\n',
    '\u2028',
    '?',
    ':',
    '.',
  ],
  ...[
    'process',
    'require("fs")',
    'this',
    'constructor',
    'x',
    '1',
    'return ',
    'function(){}',
    'async ',
    'await ',
    'new ',
    'eval(1)',
    '/a/g',
    '<!--',
    '-->',
  ],
  ...[
    '...',
    '?.',
    '#a',
    '@',
    'in ',
    ' instanceof ',
    'import("a")',
    'class A{}',
    'get ',
    'yield ',
    '0x1',
    '1n',
    'void 0',
    '&&',
    '||',
    '`${1}`',
  ],
]

const templates = [
  ...['"{}"', "'{}'", '`{}`', "f('{}')", 'const a = "{}"; g(a)', "return a['{}'] + 1", "if (a === '{}') { b() }"],
  ...['{}', 'f({})', 'const a = {}; g(a)', 'return a + {}', '[1, {}, 3]', 'a.{}', 'x ? {} : 2', '({ a: {} })'],
]
const harmless = [
  'x',
  '1',
  '-1',
  "'s'",
  '"s"',
  'true',
  'null',
  'this',
  'a.b',
  'a.b.c',
  'a[0]',
  "a['b']",
  '[1, 2]',
  '{ a: 1 }',
  '`t`',
  '',
]

function structure(text: string): string | null {
  try {
    return shapeOf(parse(text, { ecmaVersion: 'latest', allowReturnOutsideFunction: true }))
  } catch {
    return null
  }
}

function shapeOf(node: Node): string {
  const children = Object.values(node as unknown as Record<string, unknown>).flatMap((value) =>
    Array.isArray(value) ? value.filter(isNode).map(shapeOf) : isNode(value) ? [shapeOf(value)] : [],
  )
  return `${node.type}(${children.join()})`
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value

const fill = (template: string, value: string): string => template.replace('{}', () => value)

/** Does the value call, assign or declare anything, so that it is code by any reading? */
const acts = /CallExpression|NewExpression|Assignment|Function|Class|ImportExpression|TaggedTemplate|Update/g

const countActs = (shape: string): number => shape.match(acts)?.length ?? 0

/** A real parser of JavaScript: a value that adds a call, an assignment or a function is code. */
export function javascript(): Promise<Oracle> {
  const ask = (chance: Chance): Question | null => {
    const template = chance.pick(templates)
    const quote = /['"`](?=\{\})/.exec(template)?.[0] ?? ''
    const inner = chance.several(1, 5, () => chance.pick(pieces)).join(chance.pick(['', '', ' ']))
    const value = quote !== '' && chance.is(0.8) ? quote + inner + chance.pick([quote, '//', '']) : inner
    const change = chance.is(0.6) ? changes[0] : chance.pick(changes)
    if (!change) return null
    const inputs = [inputOf(change.send(value))]
    if (quote !== '' && quote !== '`' && chance.is(0.3)) {
      const escaped = JSON.stringify(value).slice(1, -1).replaceAll("'", "\\'")
      const text = fill(template, escaped)
      return { operation: { kind: 'code', text }, inputs, expects: 'nothing', engine: `${change.name}, escaped` }
    }
    const text = fill(template, value)
    const does = structure(text)
    const most = Math.max(...harmless.map((one) => countActs(structure(fill(template, one)) ?? '')))
    if (does === null || countActs(does) <= most) return null
    return { operation: { kind: 'code', text }, inputs, expects: 'finding', engine: `${change.name}: does more` }
  }
  return Promise.resolve({ name: 'acorn', batch: 50, ask: (chances) => chances.map(ask) })
}
