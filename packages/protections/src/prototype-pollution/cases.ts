import type { Input, OperationOf } from '@riposte/contract'

/** What a client sent, and what the app then merged or set. */
export interface Case {
  readonly says: string
  readonly inputs: readonly Input[]
  readonly operation: OperationOf<'merge'>
}

const input = (path: string, value: string, source = 'body'): Input => ({ source, path, value })
const name = (path: string): Input => {
  const last = path.slice(path.lastIndexOf('.') + 1)
  return input(`${path} (name)`, last)
}
/** As JSON makes it: in a literal `__proto__` is no name. */
const parsed = (text: string): unknown => JSON.parse(text)
const merge = (text: string): OperationOf<'merge'> => ({ kind: 'merge', value: parsed(text) })
const set = (path: unknown): OperationOf<'merge'> => ({ kind: 'merge', value: 'x', path })
const changed = (...names: string[]): OperationOf<'merge'> => ({ kind: 'merge', value: null, changed: names })

const proto = [name('__proto__')]
const both = [name('constructor'), name('constructor.prototype')]
const encoded = 'eyJfX3Byb3RvX18iOnsiYSI6MX19'

/** The client's names reach a prototype. */
export const attacks: readonly Case[] = [
  { says: 'at the top', inputs: proto, operation: merge('{"__proto__":{"isAdmin":true}}') },
  { says: 'further down', inputs: [name('a.b.__proto__')], operation: merge('{"a":{"b":{"__proto__":{"x":1}}}}') },
  { says: 'in a list', inputs: [name('a[0].__proto__')], operation: merge('{"a":[{"__proto__":{"x":1}}]}') },
  { says: 'by the constructor', inputs: both, operation: merge('{"constructor":{"prototype":{"x":1}}}') },
  {
    says: 'by a constructor further down',
    inputs: both,
    operation: merge('{"a":{"constructor":{"prototype":{"x":1}}}}'),
  },
  {
    says: 'only known by the path of a value',
    inputs: [input('__proto__.x', 'yes')],
    operation: merge('{"__proto__":{"x":"yes"}}'),
  },
  { says: 'a list on the prototype', inputs: proto, operation: merge('{"__proto__":["x"]}') },
  { says: 'a name of an own method', inputs: proto, operation: merge('{"__proto__":{"toString":"x"}}') },
  {
    says: 'JSON that the app parses itself',
    inputs: [input('data', '{"__proto__":{"a":1}}')],
    operation: merge('{"__proto__":{"a":1}}'),
  },
  {
    says: 'JSON with an escape',
    inputs: [input('data', '{"\\u005f_proto__":{"a":1}}')],
    operation: merge('{"__proto__":{"a":1}}'),
  },
  { says: 'JSON in base64', inputs: [input('state', encoded, 'cookies')], operation: merge('{"__proto__":{"a":1}}') },
  {
    says: 'JSON encoded for a URL',
    inputs: [input('q', '%7B%22__pr%6fto__%22%3A%7B%22a%22%3A1%7D%7D', 'query')],
    operation: merge('{"__proto__":{"a":1}}'),
  },
  {
    says: 'JSON by the constructor',
    inputs: [input('data', '{"constructor":{"prototype":{"a":1}}}')],
    operation: merge('{"constructor":{"prototype":{"a":1}}}'),
  },
  {
    says: 'what is left after a careless removal',
    inputs: [name('__pro__proto__to__')],
    operation: merge('{"__proto__":{"a":1}}'),
  },
  {
    says: 'put together from two values',
    inputs: [input('a', 'x__pro'), input('b', 'to__')],
    operation: merge('{"__proto__":{"a":1}}'),
  },
  { says: 'a path with dots', inputs: [input('path', '__proto__.x')], operation: set('__proto__.x') },
  { says: 'a path with dots, further down', inputs: [input('path', 'a.__proto__.x')], operation: set('a.__proto__.x') },
  { says: 'a path with brackets', inputs: [input('path', 'a[__proto__][x]')], operation: set('a[__proto__][x]') },
  { says: 'a path with quotes', inputs: [input('path', 'a["__proto__"].x')], operation: set('a["__proto__"].x') },
  {
    says: 'a path that begins with a bracket',
    inputs: [input('path', '["__proto__"]["x"]')],
    operation: set('["__proto__"]["x"]'),
  },
  {
    says: 'a path with an escape',
    inputs: [input('path', 'a["__pr\\oto__"].x')],
    operation: set('a["__pr\\oto__"].x'),
  },
  {
    says: 'a path by the constructor',
    inputs: [input('path', 'constructor.prototype.x')],
    operation: set('constructor.prototype.x'),
  },
  {
    says: 'a path in brackets by the constructor',
    inputs: [input('constructor.prototype.x', '1')],
    operation: set('a[constructor][prototype][x]'),
  },
  { says: 'a JSON pointer', inputs: [input('[0].path', '/a/__proto__/x')], operation: set('/a/__proto__/x') },
  {
    says: 'a list of names',
    inputs: [input('path[0]', '__proto__'), input('path[1]', 'x')],
    operation: set(['__proto__', 'x']),
  },
  { says: 'a list in a list', inputs: [input('path[0][0]', '__proto__')], operation: set([['__proto__'], 'x']) },
  {
    says: 'lists in lists in lists',
    inputs: [input('path[0][0][0]', '__proto__')],
    operation: set([[['__proto__']], [['x']]]),
  },
  {
    says: 'a list by the constructor',
    inputs: [input('p[0]', 'constructor'), input('p[1]', 'prototype')],
    operation: set(['constructor', 'prototype', 'x']),
  },
  {
    says: 'a path in the place of a value',
    inputs: [input('path', '__proto__.x')],
    operation: { kind: 'merge', value: '__proto__.x' },
  },
  {
    says: 'names in the place of a value',
    inputs: [input('p[0]', '__proto__')],
    operation: { kind: 'merge', value: ['__proto__', 'x'] },
  },
  {
    says: 'a field with brackets',
    inputs: [input('__proto__[x] (name)', '__proto__[x]', 'query')],
    operation: set('__proto__[x]'),
  },
  {
    says: 'what a merge of the app has done',
    inputs: [name('__proto__'), name('__proto__.isAdmin')],
    operation: changed('Object.prototype.isAdmin'),
  },
  {
    says: 'what it has done by the constructor',
    inputs: [...both, input('constructor.prototype.role', 'x')],
    operation: changed('Object.prototype.role'),
  },
  {
    says: 'what it has done by a path',
    inputs: [input('path', '__proto__.role')],
    operation: changed('Function.prototype.apply', 'Object.prototype.role'),
  },
]

/** Nothing shared is written to, or the client did not name it. */
export const benign: readonly Case[] = [
  { says: 'plain fields', inputs: [input('name', 'x')], operation: merge('{"name":"x","theme":{"dark":true}}') },
  {
    says: 'a constructor that is a car',
    inputs: [name('constructor'), input('constructor', 'Ferrari')],
    operation: merge('{"constructor":"Ferrari"}'),
  },
  {
    says: 'a constructor with fields',
    inputs: [name('constructor')],
    operation: merge('{"constructor":{"name":"Ferrari","country":"IT"}}'),
  },
  {
    says: 'a constructor whose prototype is a text',
    inputs: both,
    operation: merge('{"constructor":{"prototype":"v2"}}'),
  },
  {
    says: 'a prototype',
    inputs: [name('prototype')],
    operation: merge('{"prototype":"v2","car":{"prototype":{"x":1}}}'),
  },
  { says: 'both beside each other', inputs: both, operation: merge('{"constructor":"x","prototype":{"y":1}}') },
  { says: 'a name that nothing is set below', inputs: proto, operation: merge('{"__proto__":null}') },
  { says: 'a name with an empty object', inputs: proto, operation: merge('{"__proto__":{}}') },
  { says: 'a name with a text', inputs: proto, operation: merge('{"__proto__":"x"}') },
  {
    says: 'a text about it',
    inputs: [input('note', 'what does __proto__ do?')],
    operation: merge('{"note":"what does __proto__ do?"}'),
  },
  {
    says: 'code about it',
    inputs: [input('code', 'a.constructor.prototype.b = 1')],
    operation: merge('{"code":"a.constructor.prototype.b = 1"}'),
  },
  {
    says: 'JSON about it that stays a text',
    inputs: [input('code', '{"__proto__":{"a":1}}')],
    operation: merge('{"code":"{\\"__proto__\\":{\\"a\\":1}}"}'),
  },
  {
    says: 'a similar name',
    inputs: [name('__proto')],
    operation: merge('{"__proto":{"x":1},"my__proto__":{"x":1},"proto":{"x":1}}'),
  },
  {
    says: 'another case',
    inputs: [name('__PROTO__')],
    operation: merge('{"__PROTO__":{"x":1},"Constructor":{"Prototype":{"x":1}}}'),
  },
  {
    says: 'what the app says itself',
    inputs: [input('name', 'maya')],
    operation: merge('{"__proto__":{"isAdmin":true}}'),
  },
  { says: 'a path', inputs: [input('path', 'a.b[0].c')], operation: set('a.b[0].c') },
  {
    says: 'a path to a constructor',
    inputs: [input('path', 'car.constructor.name')],
    operation: set('car.constructor.name'),
  },
  {
    says: 'a path to a prototype',
    inputs: [input('path', 'design.prototype.version')],
    operation: set('design.prototype.version'),
  },
  { says: 'a path that ends there', inputs: [input('path', 'a.__proto__')], operation: set('a.__proto__') },
  {
    says: 'a path that ends at a prototype',
    inputs: [input('path', 'constructor.prototype')],
    operation: set('constructor.prototype'),
  },
  { says: 'a path with a longer name', inputs: [input('path', 'x__proto__.y')], operation: set('x__proto__.y') },
  { says: 'a list with one name', inputs: [input('path[0]', '__proto__')], operation: set(['__proto__']) },
  { says: 'one name with dots in it', inputs: [input('path[0]', '__proto__.x')], operation: set(['__proto__.x']) },
  {
    says: 'what is set is no path',
    inputs: [input('value', '__proto__.x')],
    operation: { kind: 'merge', value: '__proto__.x', path: 'note' },
  },
  {
    says: 'what the app brought late',
    inputs: [input('note', 'why __proto__?')],
    operation: changed('Array.prototype.groupBy'),
  },
  { says: 'what another request did', inputs: [input('isAdmin', '1')], operation: changed('Object.prototype.isAdmin') },
  {
    says: 'what has a name inside of another',
    inputs: [...proto, input('x', 'roles')],
    operation: changed('Object.prototype.role'),
  },
]
