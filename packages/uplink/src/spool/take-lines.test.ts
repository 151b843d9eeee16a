import { describe, expect, it } from 'vitest'
import { isGone, ownFolderName, parseFolderName } from './owner.ts'
import { decodeRecord, encodeRecord } from './record.ts'
import { takeLines } from './take-lines.ts'

const lines = (...records: string[]) => Buffer.concat(records.map(encodeRecord))
const all = { maxRecords: 100, maxBytes: 10_000, isFirst: true, reachesEnd: true }
const lineLength = encodeRecord('{"n":1}').length - 1

describe('a record', () => {
  it.each(['{"n":1}', '{"text":"é\\n\u{1f600}"}'])('comes back as it was: %s', (json) => {
    expect(decodeRecord(encodeRecord(json).subarray(0, -1))).toBe(json)
  })

  it('is not read when any one bit of it changed', () => {
    const line = encodeRecord('{"n":1}').subarray(0, -1)
    for (let bit = 0; bit < line.length * 8; bit++) {
      const changed = Buffer.from(line)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(decodeRecord(changed)).toBe(null)
    }
  })
})

describe('a piece of a spool file', () => {
  it.each([
    ['all fit', 3, 10_000, 3, false],
    ['one too many', 2, 10_000, 2, true],
    ['just enough bytes', 100, 3 * lineLength, 3, false],
    ['a byte too few', 100, 3 * lineLength - 1, 2, true],
    ['the first always fits', 100, 1, 1, true],
  ])('is read up to the limit: %s', (_name, maxRecords, maxBytes, taken, isFull) => {
    const piece = lines('{"n":1}', '{"n":2}', '{"n":3}')
    const read = takeLines(piece, { ...all, maxRecords, maxBytes })
    expect(read).toMatchObject({ isFull, lines: taken, length: taken * (lineLength + 1) })
    expect(read.records).toHaveLength(taken)
  })

  it('keeps half a line for the next piece, unless there is none', () => {
    const whole = lines('{"n":1}')
    const piece = Buffer.concat([whole, whole.subarray(0, 5)])
    expect(takeLines(piece, { ...all, reachesEnd: false })).toMatchObject({ length: whole.length, damaged: [] })
    const last = takeLines(piece, all)
    expect(last).toMatchObject({ length: piece.length, lines: 1 })
    expect(last.damaged.map(({ line }) => line.toString())).toEqual([whole.subarray(0, 5).toString()])
  })

  it('passes what is damaged and goes on behind it', () => {
    const piece = Buffer.concat([Buffer.from('\0\xff\n\n'), lines('{"n":1}'), Buffer.from('nonsense\n')])
    const read = takeLines(piece, all)
    expect(read.records).toEqual(['{"n":1}'])
    expect(read.damaged.map(({ at }) => at)).toEqual([0, piece.length - 9])
    expect(read.lines).toBe(4)
  })
})

describe('the owner of a folder', () => {
  it('is read from its name, which this process knows as its own', () => {
    const owner = parseFolderName(`${ownFolderName()}.1`)
    expect(owner).toMatchObject({ pid: process.pid, left: false })
    expect(owner && isGone(owner)).toBe('alive')
  })

  it('of another start of the same process id is gone', () => {
    const owner = parseFolderName(`${ownFolderName()}.1`)
    // Without /proc nothing tells the starts apart.
    const expected = owner?.start === '0' ? 'alive' : 'gone'
    expect(owner && isGone({ ...owner, start: '1' })).toBe(expected)
  })

  it('on another host or in another namespace is not known', () => {
    const owner = parseFolderName(`${ownFolderName()}.1`)
    expect(owner && isGone({ ...owner, host: 'elsewhere' })).toBe('unknown')
    expect(owner && isGone({ ...owner, namespace: '1' })).toBe('unknown')
  })

  it('that gave it up is gone', () => {
    const owner = parseFolderName(`${ownFolderName()}.12.left`)
    expect(owner && isGone(owner)).toBe('gone')
  })

  it.each(['', 'rejected.jsonl', 'notes', 'host-1-2.1', 'host-x-1n0t0.1'])('is nobody for %j', (name) => {
    expect(parseFolderName(name)).toBe(null)
  })

  it('may have a host name with hyphens', () => {
    expect(parseFolderName('a-b-c-12-34n56t0.1')).toMatchObject({
      host: 'a-b-c',
      pid: 12,
      start: '34',
      namespace: '56',
    })
  })
})
