import { growth } from '@riposte/testkit/growth'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAttributes } from './metadata.ts'

test('names and values as getfattr prints them, odd ones too', () => {
  const text = [
    '# file: /proc/812/fd/21',
    'security.capability=0sAQAAAgAgAAAAAAAAAAAAAAAAAAA=',
    'system.posix_acl_access=0sAgAAAAEABgD/////',
    'user.empty',
    'user.with\\040blank=0sAA==',
    'user.with\\075sign=0sZXF1YWxz',
    'user.line\\012break=0sbGluZQ==',
    'user.back\\134slash=0sYg==',
    'user.ünï=0sdQ==',
    'user.__proto__=0sX18=',
    '',
    '',
  ].join('\n')
  expect(Object.entries(parseAttributes(text))).toEqual([
    ['security.capability', 'AQAAAgAgAAAAAAAAAAAAAAAAAAA='],
    ['system.posix_acl_access', 'AgAAAAEABgD/////'],
    ['user.empty', ''],
    ['user.with\\040blank', 'AA=='],
    ['user.with\\075sign', 'ZXF1YWxz'],
    ['user.line\\012break', 'bGluZQ=='],
    ['user.back\\134slash', 'Yg=='],
    ['user.ünï', 'dQ=='],
    ['user.__proto__', 'X18='],
  ])
})

/** The other direction as `setfattr --restore` reads it. */
const printed = (attributes: Readonly<Record<string, string>>): string =>
  `# file: x\n${Object.entries(attributes)
    .map(([name, value]) => (value === '' ? name : `${name}=0s${value}`))
    .join('\n')}\n\n`

test('what was read and written is read again as it was', () => {
  const name = fc.stringMatching(/^user\.[A-Za-z0-9_.\\-]{1,30}$/)
  const value = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString('base64'))
  fc.assert(
    fc.property(fc.dictionary(name, value), (attributes) => {
      expect(parseAttributes(printed(attributes))).toEqual({ ...attributes })
    }),
  )
})

test('is read in linear time', () => {
  const look = (times: number) => () => parseAttributes(`user.${'a='.repeat(times)}\n`.repeat(4))
  expect(growth(look(50_000), look(200_000), 8)).toBeLessThan(8)
})
