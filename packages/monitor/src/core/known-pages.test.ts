import { expect, test } from 'vitest'
import { KnownPages } from './known-pages.ts'

const has = (pages: KnownPages, from: string, body: string): boolean => pages.newIn(from, body) === null

test('a page is known once it was added, and so is one that differs in words', () => {
  const pages = new KnownPages()
  expect(has(pages, '/a', '<p>one</p>')).toBe(false)
  pages.add('/a', '<p>one</p>')
  expect(has(pages, '/a', '<p>one</p>')).toBe(true)
  expect(has(pages, '/a', '<p>two</p>')).toBe(true)
  expect(has(pages, '/a', '<p><b>one</b></p>')).toBe(false)
})

test('another place has pages of its own; numbers make no other place', () => {
  const pages = new KnownPages()
  pages.add('/orders/17', '<p>17</p>')
  expect(has(pages, '/orders/18', '<p>18</p>')).toBe(true)
  expect(has(pages, '/customers/17', '<p>17</p>')).toBe(false)
})

test('a place keeps a few pages, those met last, and another one ever more seldom', () => {
  const pages = new KnownPages()
  const page = (rows: number): string => '<p>x</p>'.repeat(rows)
  const isKept = (rows: number): boolean => {
    pages.add('/a', page(rows))
    return has(pages, '/a', page(rows))
  }
  const kept = Array.from({ length: 40 }, (_, rows) => rows + 1).filter(isKept)
  expect(kept).toEqual([1, 3, 7, 15, 31])
  expect([1, 3, 7, 15, 31].filter((rows) => has(pages, '/a', page(rows)))).toEqual([3, 7, 15, 31])
})

test('what is kept is bounded: places not met for longest go first, and a page too large is not kept', () => {
  const pages = new KnownPages(5_000)
  const page = (length: number): string => `<p>${'x'.repeat(length - 3)}`
  for (const path of ['/a', '/b', '/c', '/d']) pages.add(path, page(20))
  expect(has(pages, '/a', page(20))).toBe(true)
  pages.add('/e', page(20))
  expect(['/a', '/b', '/c', '/d', '/e'].map((path) => has(pages, path, page(9)))).toEqual([
    true,
    false,
    false,
    true,
    true,
  ])
  pages.add('/f', page(100))
  expect(has(pages, '/f', page(100))).toBe(false)
})

test('what is new in a page is told by the page that is closest', () => {
  const pages = new KnownPages()
  pages.add('/a', '<h1>Shop</h1><p>one</p><hr>')
  expect(pages.newIn('/b', '<p>')).toEqual({ start: 0, end: 3 })
  expect(pages.newIn('/a', '<h1>Shop</h1><p>one</p><b>new</b><hr>')).toEqual({ start: 24, end: 34 })
})
