import { expect, test } from 'vitest'
import { KnownPages } from './known-pages.ts'

test('a page is known once it was added, and only to the letter', () => {
  const pages = new KnownPages()
  expect(pages.isRepeated('<p>one</p>')).toBe(false)
  expect(pages.has('<p>one</p>')).toBe(false)
  expect(pages.isRepeated('<p>one</p>')).toBe(true)
  pages.add('<p>one</p>')
  expect(pages.has('<p>one</p>')).toBe(true)
  expect(pages.has('<p>two</p>')).toBe(false)
})

test('another page of the same length takes its place', () => {
  const pages = new KnownPages()
  pages.add('<p>one</p>')
  expect(pages.isRepeated('<p>two</p>')).toBe(false)
  expect(pages.has('<p>one</p>')).toBe(false)
})

test('what is kept is bounded: the oldest go first, and one too large is not kept', () => {
  const pages = new KnownPages(100)
  const page = (length: number): string => 'x'.repeat(length)
  for (const length of [20, 21, 22, 23]) pages.add(page(length))
  expect([20, 21, 22, 23].filter((length) => pages.has(page(length)))).toEqual([20, 21, 22, 23])
  pages.add(page(24))
  expect([20, 21, 22, 23, 24].filter((length) => pages.has(page(length)))).toEqual([21, 22, 23, 24])
  pages.add(page(26))
  expect(pages.has(page(26))).toBe(false)
})
