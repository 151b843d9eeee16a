import { growth } from '@riposte/testkit/growth'
import { describe, expect, it } from 'vitest'
import { detect } from './detect.ts'

const judge = (document: string, values: readonly string[]): unknown =>
  detect(
    { kind: 'xml', document },
    values.map((value, index) => ({ source: 'body', path: `[${index}]`, value })),
  )
const external = '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///x">'

const shapes: readonly (readonly [string, (size: number) => readonly [document: string, value: string]])[] = [
  ['markup that never ends', (size) => ['<!DOCTYPE r ['.repeat(size), 'r']],
  ['declarations that never end', (size) => [`${external}${'<!ENTITY a '.repeat(size)}`, 'r']],
  ['literals that never end', (size) => [`${external}${'<!ENTITY a "'.repeat(size)}`, 'r']],
  ['conditional sections', (size) => [`${external}${'<![ '.repeat(size)}`, 'r']],
  ['comments that never end', (size) => [`${external}${'<!-- '.repeat(size)}`, 'r']],
  ['instructions that never end', (size) => [`<!DOCTYPE${'<?'.repeat(size)}`, 'r']],
  ['references without an end', (size) => [`${external}]>${'&a'.repeat(size)}`, 'r']],
  ['references', (size) => [`${external}]>${'&a;'.repeat(size)}`, 'r']],
  ['tags with quotes', (size) => [`${external}]>${`<a b='">`.repeat(size)}`, 'r']],
  ['a chain of entities', (size) => [chain(size), 'r']],
  ['entities that all hold all', (size) => [web(Math.sqrt(size)), 'r']],
  ['declarations in declarations', (size) => [`<!DOCTYPE r [<!ENTITY % p "${"<!ENTITY % q '".repeat(size)}">]>`, 'r']],
  ['inclusions', (size) => [`http://www.w3.org/2001/XInclude${'<include href='.repeat(size)}`, 'r']],
  ['many dangers', (size) => [`<!DOCTYPE r [${'<!ENTITY e SYSTEM "file:///x">'.repeat(size / 8)}`, 'ab'.repeat(size)]],
  ['a value that nearly ends with it', (size) => [external, 'entity'.repeat(size)]],
  ['UTF-7', (size) => [`+ADw-${'+'.repeat(size)}${'+ADw'.repeat(size)}`, 'r']],
  ['zeros', (size) => ['<\0'.repeat(size), 'r']],
  ['white space', (size) => [`<!DOCTYPE${' '.repeat(size)}r [<!ENTITY${' '.repeat(size)}`, 'r']],
]
const chain = (size: number): string =>
  `<!DOCTYPE r [${Array.from({ length: size / 8 }, (_, at) => `<!ENTITY a${at} "&a${at + 1};">`).join('')}]>`
const web = (size: number): string => {
  const all = Array.from({ length: size }, (_, at) => `&a${at};`).join('')
  return `<!DOCTYPE r [${Array.from({ length: size }, (_, at) => `<!ENTITY a${at} "${all}">`).join('')}]>`
}

describe('the time grows with the document and not faster', () => {
  it.each(shapes)('%s', (_, make) => {
    const [small, large] = [make(16_000), make(128_000)]
    const ratio = growth(
      () => judge(small[0], [small[1]]),
      () => judge(large[0], [large[1]]),
      28,
    )
    // Eight times the text; sixty-four times the time would be a square.
    expect(ratio).toBeLessThan(28)
  })
})
