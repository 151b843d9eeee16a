import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { bundledDrivers } from './bundled-drivers.ts'
import { sinks } from './catalog.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'riposte-bundle-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const write = (text: string, bytes: number): string => {
  const file = path.join(folder, `${bytes}-${text.length}.cjs`)
  writeFileSync(file, text.padEnd(bytes, ' '))
  return file
}
const says = (ownText = ''): string => ownText.replaceAll('_', ' ')
const named = sinks.filter(({ ownText }) => ownText !== undefined)

describe('drivers inside of a bundle', () => {
  test.each(named)('$module is known by its text', ({ module, ownText }) => {
    expect(bundledDrivers(sinks, write(`"${says(ownText)}"`, 20_000))).toEqual([module])
  })

  test('an app that a person wrote is not read', () => {
    expect(bundledDrivers(sinks, write(named.map(({ ownText }) => says(ownText)).join(), 19_999))).toEqual([])
  })

  test('a bundle with the SDK in it is not taken for one', () => {
    expect(bundledDrivers(sinks, write(JSON.stringify(sinks), 20_000))).toEqual([])
  })

  test('a bundle without them, and a file that is not there, hold none', () => {
    expect(bundledDrivers(sinks, write('// nothing', 20_000))).toEqual([])
    expect(bundledDrivers(sinks, path.join(folder, 'nowhere.cjs'))).toEqual([])
  })
})
