import { inspect, type InspectError } from '@riposte/protections'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

/** Longest line, in characters; a longer one is an error of its own and the next line is read. */
export const longestLine = 16 * 1024 * 1024

/**
 * JSON Lines in, one answer a line out, in order. Memory is bounded by the longest line; blank lines are left out.
 * @returns the exit code: 1 when any line could not be judged, or nobody reads the answers any more
 */
export async function runInspect(stdin: Readable, stdout: Writable): Promise<number> {
  let failures = 0
  const reader = { gone: false }
  stdout.on('error', () => (reader.gone = true))
  for await (const line of lines(stdin)) {
    if (line !== null && line.trim() === '') continue
    const answer = line === null ? tooLong : answerTo(line)
    if ('error' in answer) failures += 1
    const flows = stdout.write(`${JSON.stringify(answer)}\n`)
    if (!flows && !reader.gone) await Promise.race([once(stdout, 'drain'), once(stdout, 'close')]).catch(() => null)
    if (reader.gone) return 1
  }
  return failures > 0 ? 1 : 0
}

const tooLong: InspectError = {
  error: { code: 'line.too_long', message: `a line may have ${longestLine} characters`, path: '' },
}

function answerTo(line: string): ReturnType<typeof inspect> {
  let request: unknown
  try {
    request = JSON.parse(line)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { error: { code: 'json.invalid', message, path: '' } }
  }
  return inspect(request)
}

/** The lines of a stream; null stands for one that was too long. Bytes that are no UTF-8 become U+FFFD. */
async function* lines(stdin: Readable): AsyncGenerator<string | null> {
  const decoder = new StringDecoder('utf8')
  const line = new LineBuffer()
  let first = true
  for await (const chunk of stdin) {
    let text = typeof chunk === 'string' ? chunk : decoder.write(chunk as Buffer)
    // A byte order mark, as some editors leave it.
    if (first && text.startsWith('\ufeff')) text = text.slice(1)
    first &&= text === ''
    let start = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      line.add(text.slice(start, end))
      yield line.take()
      start = end + 1
    }
    line.add(text.slice(start))
  }
  line.add(decoder.end())
  yield line.take()
}

/** One line as its pieces come; of one that is too long nothing is kept. */
class LineBuffer {
  #pieces: string[] = []
  #length = 0

  add(piece: string): void {
    this.#length += piece.length
    if (this.#length > longestLine) this.#pieces = []
    else if (piece !== '') this.#pieces.push(piece)
  }

  take(): string | null {
    const line = this.#length > longestLine ? null : this.#pieces.join('')
    this.#pieces = []
    this.#length = 0
    return line
  }
}
