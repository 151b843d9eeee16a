import { describe, expect, it } from 'vitest'
import { inspect } from '../inspect.ts'
import { attacks, benign } from './cases.ts'
import { detect } from './detect.ts'

describe('a name of the client that leads to a prototype is found', () => {
  it.each(attacks)('$says', ({ operation, inputs }) => {
    const finding = detect(operation, inputs)
    expect(finding?.confidence).toBeGreaterThan(0.8)
    expect(finding?.reason).not.toMatch(/__proto__|isAdmin/)
    expect(inspect({ input: inputs, operation })).toMatchObject({ flagged: true, protection: 'PrototypePollution' })
  })

  it('points at the name in the value', () => {
    const inputs = [{ source: 'body', path: 'data', value: '{"a":1,"__proto__":{"b":2}}' }]
    const finding = detect({ kind: 'merge', value: JSON.parse(inputs[0]?.value ?? '') }, inputs)
    expect(finding?.inputSpan).toEqual({ start: 8, end: 17 })
  })
})

describe('what leads nowhere, or is not the client’s, is not', () => {
  it.each(benign)('$says', ({ operation, inputs }) => {
    expect(detect(operation, inputs)).toBeNull()
    expect(inspect({ input: inputs, operation })).toMatchObject({ flagged: false })
  })
})

it('reads a whole request given to inspect', () => {
  const line =
    '{"input":{"body":{"__proto__":{"a":true}}},"operation":{"kind":"merge","value":{"__proto__":{"a":true}}}}'
  expect(inspect(JSON.parse(line))).toMatchObject({ flagged: true, protection: 'PrototypePollution' })
})

describe('what cannot be read costs nothing', () => {
  const inputs = [{ source: 'body', path: '__proto__ (name)', value: '__proto__' }]
  const attack = JSON.parse('{"__proto__":{"x":1}}') as object
  const thrower = () => {
    throw new Error('of the app')
  }
  const cyclic: Record<string, unknown> = { a: 1 }
  cyclic['self'] = cyclic
  let deep: unknown = attack
  for (let depth = 0; depth < 50_000; depth += 1) deep = { a: deep }
  let nested: unknown = '__proto__'
  for (let depth = 0; depth < 50_000; depth += 1) nested = [nested]
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  it.each([
    ['a getter that throws', Object.defineProperty({ b: 1 }, 'a', { get: thrower, enumerable: true }), false],
    [
      'a getter that throws beside an attack',
      Object.defineProperty({ ...attack, b: attack }, 'a', { get: thrower, enumerable: true }),
      true,
    ],
    ['a proxy that throws', new Proxy({}, { ownKeys: thrower, get: thrower, getPrototypeOf: thrower }), false],
    ['a revoked proxy inside', { a: revoked.proxy, b: attack }, true],
    ['itself', cyclic, false],
    ['itself beside an attack', { cyclic, attack }, true],
    ['very deep', deep, true],
    ['no prototype', Object.assign(Object.create(null), { a: attack }), true],
    ['bytes', { a: new Uint8Array(1e6) }, false],
    ['a function', () => undefined, false],
    ['nothing', undefined, false],
    ['a symbol', Symbol('__proto__.x'), false],
    [
      'an object of a class',
      {
        socket: new (class Socket {
          a = attack
        })(),
      },
      false,
    ],
  ])('%s', (_, value, found) => {
    expect(detect({ kind: 'merge', value }, inputs) !== null).toBe(found)
  })
  it.each([
    ['very deep', [nested, 'x'], false],
    ['a symbol', [Symbol('__proto__'), 'x'], false],
    ['a hole', Array(3), false],
    ['an object that names itself', [{ toString: thrower }, 'x'], false],
    ['a text as an object', [new String('__proto__'), 'x'], true],
    ['very long', `${'a.'.repeat(1e6)}__proto__.x`, false],
  ])('as a path: %s', (_, path, found) => {
    expect(detect({ kind: 'merge', value: 1, path }, inputs) !== null).toBe(found)
  })
})
