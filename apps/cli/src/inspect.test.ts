import { Readable, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { longestLine, runInspect } from './inspect.ts'

async function run(chunks: readonly (string | Buffer)[]): Promise<{ code: number; lines: unknown[] }> {
  let written = ''
  const stdout = new Writable({
    // A reader that is slower than we are.
    highWaterMark: 16,
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString()
      setImmediate(done)
    },
  })
  const code = await runInspect(Readable.from(chunks), stdout)
  const lines = written.split('\n').filter((line) => line !== '')
  return { code, lines: lines.map((line) => JSON.parse(line) as unknown) }
}

const line = (id: number, input: string, text: string): string =>
  JSON.stringify({ id, input, operation: { kind: 'sql', dialect: 'postgresql', text } })
const attack = line(1, '1 or 1=1', 'select * from t where id = 1 or 1=1')
const harmless = line(2, '1', 'select * from t where id = 1')

describe('riposte inspect', () => {
  it('answers each line in order and ends with 0', async () => {
    const { code, lines } = await run([`${attack}\n${harmless}\n`])
    expect(code).toBe(0)
    expect(lines).toMatchObject([
      { id: 1, flagged: true, protection: 'SqlInjection' },
      { id: 2, flagged: false, protection: null, reason: null, confidence: 0 },
    ])
  })

  it('goes on after a bad line and ends with 1', async () => {
    const { code, lines } = await run([`{"id":\n[]\n{"id":7,"input":3}\n${harmless}`])
    expect(code).toBe(1)
    expect(lines).toMatchObject([
      { error: { code: 'json.invalid', path: '' } },
      { error: { code: 'request.invalid', path: '' } },
      { id: 7, error: { code: 'request.invalid', path: 'input' } },
      { id: 2, flagged: false },
    ])
  })

  it('skips blank lines, and takes CRLF, a byte order mark and a last line without an end', async () => {
    const { code, lines } = await run([`\ufeff\n  \n${attack}\r\n\r\n${harmless}`])
    expect(code).toBe(0)
    expect(lines).toMatchObject([{ id: 1 }, { id: 2 }])
  })

  it('reads characters that were cut between two chunks, and bytes that are no UTF-8', async () => {
    const bytes = Buffer.from(`${line(3, 'é', "select 'é'")}\n`)
    const bad = Buffer.concat([
      Buffer.from(line(4, 'x', "select '").slice(0, -3)),
      Buffer.from([0xff]),
      Buffer.from(`'"}}\n`),
    ])
    const { code, lines } = await run([...bytes].map((byte) => Buffer.from([byte])).concat(bad))
    expect(code).toBe(0)
    expect(lines).toMatchObject([{ id: 3 }, { id: 4 }])
  })

  it('takes a line of 16 MiB, and refuses the next longer one without keeping it', async () => {
    const fill = (length: number): string => {
      const empty = line(5, '', 'select 1')
      return line(5, 'x'.repeat(length - empty.length), 'select 1')
    }
    const { code, lines } = await run([fill(longestLine), '\n', fill(longestLine + 1), '\n', harmless])
    expect(code).toBe(1)
    expect(lines).toMatchObject([{ id: 5, flagged: false }, { error: { code: 'line.too_long' } }, { id: 2 }])
  })

  it('ends when nobody reads the answers any more', async () => {
    const stdout = new Writable({
      write(_chunk, _encoding, done) {
        done(new Error('EPIPE'))
      },
    })
    expect(await runInspect(Readable.from([`${attack}\n`, `${attack}\n`, `${attack}\n`]), stdout)).toBe(1)
  })
})
