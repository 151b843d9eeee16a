import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatReleaseCode, readReleaseCode, releaseCodeStepMs, type ReleaseCode } from './release-code.ts'

const code = fc.record({
  notAfter: fc.integer({ min: 0, max: 0xffff_ffff }).map((minutes) => minutes * releaseCodeStepMs),
  nonce: fc.integer({ min: 0, max: 0xff_ffff_ffff }).map((value) => value.toString(16).padStart(10, '0')),
  tag: fc.bigInt({ min: 0n, max: (1n << 80n) - 1n }).map((value) => value.toString(16).padStart(20, '0')),
})

test('a code is eight groups of four and reads back as it was', () => {
  fc.assert(
    fc.property(code, (given: ReleaseCode) => {
      const text = formatReleaseCode(given)
      expect(text).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}$/)
      expect(readReleaseCode(text)).toEqual({ is: 'code', code: given })
    }),
  )
})

test('it may be typed in lower case, without hyphens, and with O and L for what they look like', () => {
  const given = { notAfter: 29_000_000 * releaseCodeStepMs, nonce: '0102030405', tag: '00'.repeat(10) }
  const typed = formatReleaseCode(given).replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l').toLowerCase()
  expect(readReleaseCode(typed)).toEqual({ is: 'code', code: given })
})

test('every single wrong character is noticed', () => {
  fc.assert(
    fc.property(code, fc.nat(31), fc.integer({ min: 1, max: 31 }), (given, at, shift) => {
      const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
      const text = formatReleaseCode(given).replaceAll('-', '')
      const wrong = alphabet[(alphabet.indexOf(text.charAt(at)) + shift) % 32] ?? ''
      expect(readReleaseCode(text.slice(0, at) + wrong + text.slice(at + 1)).is).toBe('mistyped')
    }),
  )
})

test('anything else is refused with what would be right', () => {
  expect(readReleaseCode('ABCD')).toEqual({ is: 'mistyped', why: 'a code has 32 letters and digits; this has 4' })
  expect(readReleaseCode('U'.repeat(32))).toEqual({ is: 'mistyped', why: 'no code has "U", at place 1' })
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => void readReleaseCode(text)))
})
