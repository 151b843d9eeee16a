import fc from 'fast-check'
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { detect } from './detect.ts'
import { anyPath, climbingPath, forCleaning, relativePath, writings } from './payloads.ts'

const numRuns = 1_000
let root = ''
let base = ''

const judged = (file: string, values: readonly string[], folder?: string): boolean =>
  detect(
    { kind: 'file', path: file, ...(folder === undefined ? {} : { base: folder }) },
    values.map((value, index) => ({ source: 'query', path: `q[${index}]`, value })),
  ) !== null

/** Where the file that the system would open lies: asked of the file system where it exists. */
function isOutside(file: string): boolean {
  const resolved = path.resolve(file)
  const real = existsSync(file) ? realpathSync(file) : resolved
  expect(real).toBe(resolved)
  const way = path.relative(base, real)
  return way === '..' || way.startsWith('../')
}

/** Where a client sends nothing, an ending that the app adds makes another name of the base: no fault of the client. */
const isNothing = (value: string): boolean => /^\.?\/?$/.test(path.normalize(value))

/** Ways in which apps put a value behind a folder. */
const joins: readonly (readonly [string, (value: string) => string])[] = [
  ['+', (value) => `${base}/${value}`],
  ['path.join', (value) => path.join(base, value)],
  ['path.normalize', (value) => path.normalize(`${base}/${value}`)],
  ['path.resolve', (value) => path.resolve(base, value)],
  ['path.join with an ending', (value) => `${path.join(base, value)}.txt`],
  ['path.join with a name', (value) => path.join(base, value, 'index.html')],
]
const join = fc.constantFrom(...joins)
const writing = fc.constantFrom(...writings)

beforeAll(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'riposte-paths-')))
  base = path.join(root, 'srv', 'files')
  for (const folder of [base, `${base}-old`, path.join(root, 'srv'), root]) {
    for (const name of ['a', 'b', 'etc', 'files', 'a/b', 'a/a', 'b/a', 'x..y']) {
      mkdirSync(path.join(folder, name), { recursive: true })
      writeFileSync(path.join(folder, name, 'passwd'), 'x')
    }
  }
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('held against the file system', () => {
  it('with the base known, exactly the values are found that lead out of it', () => {
    const wrong: unknown[] = []
    let outside = 0
    fc.assert(
      fc.property(anyPath, join, writing, (value, [, put], [, write]) => {
        const file = put(value)
        const leaves = isOutside(file)
        if (leaves && isNothing(value) && !value.includes('..')) return
        if (leaves) outside += 1
        if (judged(file, ['x', write(value)], base) !== leaves) wrong.push({ file, value: write(value), leaves })
      }),
      { numRuns: numRuns * 4, seed: 1 },
    )
    expect(wrong).toEqual([])
    expect(outside).toBeGreaterThan(numRuns)
  })

  it('with the base known, values in two parts are found alike', () => {
    const wrong: unknown[] = []
    const glue = fc.constantFrom<(a: string, b: string) => string>(
      (a, b) => a + b,
      (a, b) => `${a}/${b}`,
      (a, b) => path.join(a, b),
    )
    fc.assert(
      fc.property(anyPath, fc.nat(40), join, glue, writing, (value, at, [, put], paste, [, write]) => {
        const parts = [value.slice(0, 1 + at), value.slice(1 + at)] as const
        if (parts[1] === '') return
        const file = put(paste(...parts))
        const leaves = isOutside(file)
        // Half a `..` is too short to be known again when it comes encoded by itself, and so is one letter.
        if (leaves && (isNothing(value) || parts.some((part) => /^\.?.?$/.test(part) && write(part) !== part))) return
        const found = judged(file, parts.map(write), base)
        if (found !== leaves) wrong.push({ file, parts: parts.map(write), leaves })
      }),
      { numRuns: numRuns * 4, seed: 2 },
    )
    expect(wrong).toEqual([])
  })

  it('with the base not known, the text of the path tells the same', () => {
    const wrong: unknown[] = []
    fc.assert(
      fc.property(anyPath, writing, (value, [, write]) => {
        const file = `${base}/${value}`
        const leaves = isOutside(file)
        if (judged(file, [write(value)]) !== leaves) wrong.push({ file, value: write(value), leaves })
      }),
      { numRuns: numRuns * 2, seed: 3 },
    )
    expect(wrong).toEqual([])
  })

  it('with the base not known and the path resolved, what climbs out is found and what does not climb is not', () => {
    const wrong: unknown[] = []
    fc.assert(
      fc.property(fc.oneof(relativePath, climbingPath), join, writing, (value, [, put], [, write]) => {
        const file = put(value)
        const normal = path.normalize(value)
        const climbs = normal.startsWith('..') && !/^\.\.[^/]/.test(normal)
        // What is made for a clean-up is taken for it, and of `..` alone nothing is left that could be known again.
        if (value.startsWith('/') || value.includes('..././') || /^[./]*$/.test(normal) || (climbs && !isOutside(file)))
          return
        if (judged(file, [write(value)]) !== climbs) wrong.push({ file, value: write(value), climbs })
      }),
      { numRuns: numRuns * 2, seed: 4 },
    )
    expect(wrong).toEqual([])
  })

  it('cleaned once, what is left is found', () => {
    const wrong: unknown[] = []
    fc.assert(
      fc.property(climbingPath, join, (value, [, put]) => {
        const sent = forCleaning(value)
        const file = put(sent.replaceAll('../', ''))
        if (judged(file, [sent], base) !== isOutside(file)) wrong.push({ file, sent })
      }),
      { numRuns, seed: 5 },
    )
    expect(wrong).toEqual([])
  })

  it('a server that cuts off what climbs raises nothing', () => {
    fc.assert(
      fc.property(climbingPath, writing, (value, [, write]) => {
        const file = path.join(base, path.normalize(`/${value}`))
        expect(isOutside(file)).toBe(false)
        expect(judged(file, [write(value)], base)).toBe(false)
        expect(judged(file, [write(`/${value}`)])).toBe(false)
      }),
      { numRuns, seed: 6 },
    )
  })

  it('a whole path from the root is found, unless it stays in the base', () => {
    const wrong: unknown[] = []
    const places = fc.constantFrom('/etc', root, base, `${base}-old`, `${root}/srv`)
    fc.assert(
      fc.property(places, relativePath, writing, (place, rest, [, write]) => {
        const value = `${place}/${rest}`
        const file = path.resolve(base, value)
        if (judged(file, [write(value)], base) !== isOutside(file)) wrong.push({ file, value })
        if (!judged(file, [write(value)]) && path.relative('/', file).includes('/')) wrong.push({ file, value })
        if (judged(path.join(base, value), [write(value)], base) !== isOutside(path.join(base, value)))
          wrong.push({ joined: value })
      }),
      { numRuns, seed: 7 },
    )
    expect(wrong).toEqual([])
  })

  it('on Windows too', () => {
    const wrong: unknown[] = []
    const folder = 'C:\\srv\\files'
    fc.assert(
      fc.property(
        anyPath,
        fc.constantFrom('C:', 'c:', 'D:', ''),
        fc.boolean(),
        fc.constantFrom<(a: string, b: string) => string>(
          (a, b) => path.win32.join(a, b),
          (a, b) => path.win32.resolve(a, b),
        ),
        (value, drive, turned, put) => {
          const text = `${drive}${turned ? value.replaceAll('/', '\\') : value}`
          if (/^[CD]:(?![\\/])/i.test(text) || (drive !== '' && put('a', 'b') === 'a\\b')) return
          const file = put(folder, text)
          const way = path.win32.relative(folder, file)
          const leaves = way === '..' || way.startsWith('..\\') || path.win32.isAbsolute(way)
          if (judged(file, [text], folder) !== leaves) wrong.push({ file, text, leaves })
        },
      ),
      { numRuns: numRuns * 2, seed: 8 },
    )
    expect(wrong).toEqual([])
  })
})
