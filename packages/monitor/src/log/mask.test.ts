import { expect, test } from 'vitest'
import { mask, maskAlso } from './mask.ts'

const cases: readonly { name: string; text: string; masked: string }[] = [
  {
    name: 'a bearer token',
    text: 'Authorization: Bearer abcdefgh12345678',
    masked: `Authorization: ${'*'.repeat(23)}`,
  },
  {
    name: 'a password in a statement',
    text: `where email = 'a@b.c' and password = 'moon'`,
    masked: `where email = 'a@b.c' and password = '****'`,
  },
  { name: 'a card number', text: 'card 4242 4242 4242 4242 ok', masked: `card ${'*'.repeat(19)} ok` },
  { name: 'digits that are no card', text: 'order 1234567890123', masked: 'order 1234567890123' },
  { name: 'plain text', text: 'select name from product', masked: 'select name from product' },
]
for (const { name, text, masked } of cases) {
  test(`masks ${name}, one star for each character`, () => expect(mask(text, null)).toBe(masked))
}

test('leaves the attack itself', () => {
  const text = `where password = '' or 1=1 --'`
  expect(mask(text, { start: 17, end: text.length })).toBe(text)
})

test('what a configuration adds is starred out as well', () => {
  maskAlso(['MEMBER-\\d+'])
  expect(mask('hello MEMBER-4711!', null)).toBe('hello ***********!')
  maskAlso([])
  expect(mask('hello MEMBER-4711!', null)).toBe('hello MEMBER-4711!')
})
