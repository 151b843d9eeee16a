import fc from 'fast-check'
import { expect, it } from 'vitest'
import zlib from 'node:zlib'
import { inflaterOf, type Inflate } from './inflate.ts'

const codings = {
  gzip: zlib.gzipSync,
  deflate: zlib.deflateSync,
  raw: zlib.deflateRawSync,
  br: zlib.brotliCompressSync,
} as const
const open = (coding: keyof typeof codings, bytes: Uint8Array): Inflate =>
  inflaterOf(coding === 'raw' ? 'deflate' : coding, bytes[0] as number) as Inflate

/** One body, given in two parts. */
const body = fc.record({
  coding: fc.constantFrom(...(Object.keys(codings) as (keyof typeof codings)[])),
  text: fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.nat(90_000).map((length) => 'page '.repeat(length / 5)),
  ),
  cut: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
  end: fc.constantFrom('whole', 'cut off', 'broken', 'closed twice'),
})

it('gives what zlib gives, whatever went through it before and beside it, whole or not', () => {
  fc.assert(
    fc.property(fc.array(body, { minLength: 1, maxLength: 4 }), (bodies) => {
      const given = bodies.map(({ coding, text, cut, end }) => {
        const bytes = Buffer.from(codings[coding](text))
        const middle = Math.ceil(bytes.length * cut)
        if (end === 'broken') bytes.fill(0xff, middle)
        return { bytes, middle, end, text, said: '', inflate: open(coding, bytes) }
      })
      const give = (one: (typeof given)[number], bytes: Uint8Array): void => {
        one.inflate.write(bytes, (piece) => (one.said += piece.toString('latin1')))
      }
      for (const one of given) give(one, one.bytes.subarray(0, one.middle))
      for (const one of given) if (one.end !== 'cut off') give(one, one.bytes.subarray(one.middle))
      for (const { inflate, end } of given) {
        inflate.close()
        if (end === 'closed twice') inflate.close()
      }
      for (const { end, text, said } of given) {
        const wanted = Buffer.from(text).toString('latin1')
        if (end === 'whole' || end === 'closed twice') expect(said).toBe(wanted)
        else if (end === 'cut off') expect(wanted.startsWith(said)).toBe(true)
      }
    }),
    { numRuns: 1_500, seed: 37 },
  )
})

it('one within the other', () => {
  const bytes = zlib.gzipSync(zlib.gzipSync('page '.repeat(50_000)))
  const [outer, inner] = [open('gzip', bytes), open('gzip', bytes)]
  let said = ''
  outer.write(bytes, (piece) => inner.write(piece, (text) => (said += text.toString())))
  expect(said).toBe('page '.repeat(50_000))
})

it('gives nothing more when it is closed', () => {
  const bytes = zlib.gzipSync('page')
  const inflate = open('gzip', bytes)
  inflate.close()
  inflate.write(bytes, () => expect.unreachable())
})
