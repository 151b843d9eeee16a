import fc from 'fast-check'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { detect as detectXml } from '../../packages/protections/src/xml-external-entity/detect.ts'
import * as xpathCases from '../../packages/protections/src/xpath-injection/cases.ts'
import { detect as detectXPath } from '../../packages/protections/src/xpath-injection/detect.ts'
import { install } from './support/install.ts'

interface Libxml {
  parseXml(document: string | Buffer, options?: object): Tree
}
interface Tree {
  root(): { text(): string }
}
interface XPath {
  parse(expression: string): { readonly expression: { toString(): string } }
}
let libxml: Libxml
let xpath: XPath
const folder = mkdtempSync(path.join(tmpdir(), 'riposte-xml-'))
const secret = path.join(folder, 'secret.txt')
beforeAll(() => {
  install()
  const require = createRequire(path.join(import.meta.dirname, 'package.json'))
  libxml = require('libxmljs2') as Libxml
  xpath = require('xpath') as XPath
  writeFileSync(secret, 'clover')
}, 240_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What the parser makes of a document; null where it refuses it. */
function read(document: string | Buffer, options: object): string | null {
  try {
    return libxml.parseXml(document, options).root().text()
  } catch {
    return null
  }
}

const isFoundIn = (document: string, value = document): boolean =>
  detectXml({ kind: 'xml', document }, [{ source: 'body', path: 'body', value }]) !== null

describe('held against libxml2', () => {
  const space = fc.constantFrom(' ', '\n', '\t', '\r\n', '  ')
  const quote = fc.constantFrom('"', "'")
  const before = fc.constantFrom('', '<?xml version="1.0"?>', '\n', '<!-- <r> "it\'s" -->', "<?a ]> '?>", '\ufeff')
  const inside = fc.constantFrom(
    '',
    '<!-- ]> -->',
    '<!ENTITY a "b">',
    '<!ELEMENT r ANY>',
    "<?b '?>",
    '<!ATTLIST r b CDATA ">">',
  )
  const numbered = (text: string): string => text.replaceAll('<', '&#60;').replaceAll('%', '&#x25;')
  const external = fc.constantFrom(
    (id: string) => `<!ENTITY e ${id}>`,
    (id: string) => `<!ENTITY f ${id}><!ENTITY e "&f;">`,
    (id: string) => `<!ENTITY e "&#38;f;"><!ENTITY f ${id}>`,
    (id: string) => `<!ENTITY % p '${numbered(`<!ENTITY e ${id}>`.replaceAll("'", '"'))}'> %p;`,
    (id: string) =>
      `<!ENTITY % p '${numbered(`<!ENTITY % q "${numbered(`<!ENTITY e ${id.replaceAll(/["']/g, '&#39;')}>`)}"> %q;`)}'> %p;`,
    (id: string) => `<!ENTITY e "no"><!ENTITY e ${id}>`,
  )
  const document = fc
    .tuple(before, inside, external, space, quote, fc.boolean(), fc.constantFrom('', 'file://'))
    .map(([lead, first, make, gap, mark, isPublic, scheme]) => {
      const id = `${isPublic ? `PUBLIC${gap}${mark}-//a${mark}` : 'SYSTEM'}${gap}${mark}${scheme}${secret}${mark}`
      return `${lead}<!DOCTYPE${gap}r${gap}[${first}${gap}${make(id)}]${gap}><r>&e;</r>`
    })

  it('every document that shows the file is found, however it is written', () => {
    let shown = 0
    fc.assert(
      fc.property(document, fc.constantFrom('utf8', 'utf16le'), (text, encoding) => {
        const bytes = Buffer.from(
          encoding === 'utf16le' && !text.startsWith('\ufeff') ? `\ufeff${text}` : text,
          encoding as BufferEncoding,
        )
        const result = read(encoding === 'utf8' ? text : bytes, { noent: true })
        if (!result?.includes('clover')) return
        shown += 1
        expect(isFoundIn(text), text).toBe(true)
        expect(isFoundIn(bytes.toString('latin1'), text), text).toBe(true)
      }),
      { numRuns: 1_500, seed: 97 },
    )
    expect(shown).toBeGreaterThan(500)
  })

  it('no document whose entities are its own is found while it stays small', () => {
    const part = fc.constantFrom('word ', '&a;', '&b;', '&#169;', '&lt;', 'SYSTEM ', 'file:///a ', '&c;')
    const text = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''))
    let whole = 0
    fc.assert(
      fc.property(text, text, text, (one, two, rest) => {
        const held = `<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "${one.replaceAll(/&[bc];/g, '')}"><!ENTITY c '${two.replaceAll('&c;', '')}'>]><r>${rest}</r>`
        if (read(held, { noent: true, huge: true }) === null) return
        whole += 1
        expect(isFoundIn(held), held).toBe(false)
      }),
      { numRuns: 2_000, seed: 101 },
    )
    expect(whole).toBeGreaterThan(1_000)
  })

  it('a document grows as much as was reckoned', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 1, max: 30 }),
        (levels, times, length) => {
          const lines = [`<!ENTITY l0 "${'a'.repeat(length)}">`]
          for (let level = 1; level <= levels; level += 1)
            lines.push(`<!ENTITY l${level} "${`&l${level - 1};`.repeat(times)}">`)
          const held = `<!DOCTYPE r [${lines.join('')}]><r>&l${levels};</r>`
          const size = read(held, { noent: true, huge: true })?.length ?? 0
          if (size > 200 * held.length && size > 20_000) expect(isFoundIn(held), held).toBe(true)
          if (size < 5_000) expect(isFoundIn(held), held).toBe(false)
        },
      ),
      { numRuns: 200, seed: 103 },
    )
  })
})

/** The structure of an expression as the engine reads it; null where it reads none. */
function structure(expression: string): string | null {
  try {
    return xpath.parse(expression).expression.toString()
  } catch {
    return null
  }
}
describe('held against xpath', () => {
  const piece = fc.constantFrom(
    ...[
      "'",
      '"',
      "''",
      ' or ',
      ' and ',
      '=',
      '1',
      '2.5',
      '-',
      'name',
      'user',
      '//',
      '/',
      '@a',
      '[',
      ']',
      '(',
      ')',
      '|',
      '*',
      '..',
      '.',
    ],
    ...[
      "'a'",
      '"b"',
      'text()',
      'true()',
      'self::',
      ',',
      "'x' or '1'='1",
      "']|//*['",
      'maya',
      ' ',
      "O'Brien",
      "'='",
      'last()',
    ],
  )
  const value = fc.array(piece, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''))
  const literal = fc.constantFrom(
    "//user[name='{}']",
    '//user[name="{}" and @a=1]',
    "//user[contains(name, '{}') or note='b']/name",
  )
  const found = (expression: string, given: string): boolean =>
    detectXPath({ kind: 'xpath', expression }, [{ source: 'query', path: 'q', value: given }]) !== null
  const fill = (template: string, given: string): string => template.replace('{}', () => given)

  it('every value that changes the structure from inside of a literal is found, and no other', () => {
    let changed = 0
    let same = 0
    fc.assert(
      fc.property(literal, value, (template, given) => {
        // Word for word a part of the app's own text, nobody can tell whose it is.
        if (template.toLowerCase().includes(given.trim().toLowerCase())) return
        const built = fill(template, given)
        const has = structure(built)
        if (has === null) return
        const meant = structure(fill(template, 'zzz'))?.replace('zzz', () => given)
        if (has === meant) same += 1
        else changed += 1
        expect([built, found(built, given)]).toEqual([built, has !== meant])
      }),
      { numRuns: 30_000, seed: 107 },
    )
    expect(changed).toBeGreaterThan(300)
    expect(same).toBeGreaterThan(1_000)
  })

  it('every value that is more than one number in the place of one is found', () => {
    let changed = 0
    fc.assert(
      fc.property(value, (given) => {
        const built = `//item[@price > ${given}]`
        // Numbers, sums of them, one name or literal; and signs alone, which might be anybody's.
        if (structure(built) === null || /^[\s\d.+-]*$|^\s*[\w.-]+\s*$|^[^A-Za-z0-9]{0,6}$/.test(given)) return
        if (/^\s*(?:'[^']*'|"[^"]*")\s*$/.test(given)) return
        changed += 1
        expect([built, found(built, given)]).toEqual([built, true])
      }),
      { numRuns: 20_000, seed: 109 },
    )
    expect(changed).toBeGreaterThan(300)
  })

  it('the benign cases are expressions, or say what is none in XPath 1', () => {
    const none = xpathCases.benign
      .filter((it) => structure(xpathCases.expressionOf(it)) === null)
      .map(({ says }) => says)
    expect(none).toEqual(['an apostrophe doubled', 'an attack doubled'])
  })
})
