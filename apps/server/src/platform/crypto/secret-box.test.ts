import fc from 'fast-check'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openSecretBox } from './secret-box.ts'

const folders: string[] = []
const folder = (): string => {
  const made = mkdtempSync(path.join(tmpdir(), 'riposte-box-'))
  folders.push(made)
  return made
}
afterAll(() => folders.forEach((name) => rmSync(name, { recursive: true, force: true })))

test('what was sealed opens again, after a restart too, and differs each time', () => {
  const place = folder()
  const box = openSecretBox(place)
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const well = text.toWellFormed()
      const sealed = box.seal(well, 'mail:1')
      expect(openSecretBox(place).open(sealed, 'mail:1')).toBe(well)
      expect(box.seal(well, 'mail:1').equals(sealed)).toBe(false)
    }),
    { numRuns: 50 },
  )
})

test('another purpose, another key or one changed bit opens nothing', () => {
  const box = openSecretBox(folder())
  const sealed = box.seal('hunter2 hunter2', 'mail:1')
  expect(() => box.open(sealed, 'mail:2')).toThrow()
  expect(() => openSecretBox(folder()).open(sealed, 'mail:1')).toThrow()
  for (let index = 0; index < sealed.length; index += 1) {
    const changed = Buffer.from(sealed)
    changed[index] = (changed[index] ?? 0) ^ 1
    expect(() => box.open(changed, 'mail:1')).toThrow()
  }
})
