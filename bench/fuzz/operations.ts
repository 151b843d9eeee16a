import { sqlDialects, type Input, type Operation, type OperationKind, type OperationOf } from '@riposte/contract'
import type { Chance } from './chance.ts'
import { inputOf, type Case } from './subject.ts'
import { anyText } from './texts.ts'

type Makers = { readonly [Kind in OperationKind]: (text: string, chance: Chance) => OperationOf<Kind> }

/** An operation of each kind around a text. */
const makers: Makers = {
  sql: (text, chance) => ({ kind: 'sql', dialect: chance.pick(sqlDialects), text }),
  shell: (command) => ({ kind: 'shell', command }),
  exec: (text, chance) => ({
    kind: 'exec',
    file: chance.pick(['git', 'sh', 'curl', text]),
    args: chance.pick([['-c', text], text.split(' ').slice(0, 1_000), [text, '--', text]]),
  }),
  file: (path, chance) => (chance.is(0.5) ? { kind: 'file', path } : { kind: 'file', path, base: '/srv/app/files' }),
  request: (url, chance) => ({
    kind: 'request',
    url,
    ...(chance.is(0.3) ? { address: chance.pick(['127.0.0.1', '::1', '93.184.216.34', url]) } : {}),
    ...(chance.is(0.2) ? { redirectedFrom: `http://example.org/${url}`, hops: chance.below(9) } : {}),
  }),
  html: (body) => ({ kind: 'html', body }),
  nosql: (text, chance) => ({ kind: 'nosql', filter: document(text, chance, 0) }),
  ldap: (filter) => ({ kind: 'ldap', filter }),
  xml: (document) => ({ kind: 'xml', document }),
  xpath: (expression) => ({ kind: 'xpath', expression }),
  code: (text) => ({ kind: 'code', text }),
  template: (text, chance) => ({ kind: 'template', engine: chance.pick(['ejs', 'pug', 'handlebars']), text }),
  redirect: (location) => ({ kind: 'redirect', location }),
  merge: (text, chance) => ({ kind: 'merge', value: document(text, chance, 0) }),
  prompt: (text) => ({ kind: 'prompt', text }),
  response: (body) => ({ kind: 'response', contentType: 'text/html', body }),
}

export const makeOperation = (kind: OperationKind, text: string, chance: Chance): Operation =>
  makers[kind](text, chance)

function document(text: string, chance: Chance, depth: number): unknown {
  if (depth > 40 || chance.is(0.3)) return chance.pick([text, text, 1, true, null, new Date(0), /a/])
  if (chance.is(0.3)) return chance.several(0, 3, () => document(text, chance, depth + 1))
  const names = ['$ne', '$where', '$or', 'name', '__proto__', 'constructor', text.slice(0, 100)]
  return Object.fromEntries(chance.several(0, 3, () => [chance.pick(names), document(text, chance, depth + 1)]))
}

/** Whatever may come: texts of the language and others, some values in the operation, some not. */
export function anyCase(kinds: readonly OperationKind[], pieces: readonly string[], chance: Chance): Case {
  const piece = (): string => (chance.is(0.6) ? chance.pick(pieces) : anyText(chance))
  const values = chance.several(0, 4, () => chance.several(1, 6, piece).join(chance.pick(['', ' '])))
  const text = chance
    .several(1, 8, () => (values.length > 0 && chance.is(0.5) ? chance.pick(values) : piece()))
    .join(chance.pick(['', ' ', "'", '/']))
  const operation = makeOperation(chance.pick(kinds), text, chance)
  return { operation, inputs: values.map((value, index): Input => inputOf(value, `q${index}`)) }
}
