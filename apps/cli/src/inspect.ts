import { idOf, inspect, type InspectError } from '@riposte/protections'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

/** Longest line, in characters; a longer one is an error of its own and the next line is read. */
export const longestLine = 16 * 1024 * 1024

/**
 * JSON Lines in, one answer a line out, in order. Memory is bounded by the longest line.
 * @returns the exit code: 1 when any line could not be judged
 */
export async function runInspect(input: Readable, output: Writable): Promise<number> {
  let failures = 0
  for await (const line of lines(input)) {
    if (line !== null && line.trim() === '') continue
    const answer = line === null ? tooLong : answerTo(line)
    if ('error' in answer) failures += 1
    if (!output.write(`${JSON.stringify(answer)}\n`)) await once(output, 'drain')
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
    return {
      ...idOf(null),
      error: { code: 'json.invalid', message: error instanceof Error ? error.message : String(error), path: '' },
    }
  }
  return inspect(request)
}

/** The lines of a stream; null stands for one that was too long. */
async function* lines(input: Readable): AsyncGenerator<string | null> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let skipping = false
  for await (const chunk of input) {
    rest += typeof chunk === 'string' ? chunk : decoder.write(chunk as Buffer)
    for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n')) {
      const line = rest.slice(0, end)
      rest = rest.slice(end + 1)
      yield skipping || line.length > longestLine ? null : line
      skipping = false
    }
    if (rest.length > longestLine) {
      skipping = true
      rest = ''
    }
  }
  rest += decoder.end()
  if (skipping || rest !== '') yield skipping || rest.length > longestLine ? null : rest
}
