import { expect, test } from 'vitest'
import { chooseChunkBytes, missingChunks } from './upload.ts'

test.each([
  [3, [], [0, 1, 2]],
  [3, [{ from: 0, to: 2 }], []],
  [
    5,
    [
      { from: 3, to: 3 },
      { from: 0, to: 1 },
    ],
    [2, 4],
  ],
  [2, [{ from: 0, to: 9 }], []],
  [0, [], []],
])('of %i parts, with %j there, %j are missing', (chunks, have, missing) => {
  expect(missingChunks(chunks, have)).toEqual(missing)
})

test('parts grow with the archive, so that there are never more than ten thousand', () => {
  const mebibyte = 1_048_576
  expect(chooseChunkBytes(1)).toBe(4 * mebibyte)
  expect(chooseChunkBytes(40_000 * mebibyte)).toBe(4 * mebibyte)
  expect(chooseChunkBytes(40_000 * mebibyte + 1)).toBe(5 * mebibyte)
  expect(chooseChunkBytes(1_000_000 * mebibyte)).toBe(16 * mebibyte)
})
