export interface ServerEvent {
  readonly name: string
  readonly data: string
}

const maxEventLength = 1_000_000

/**
 * Reads `text/event-stream` as it comes, in chunks cut anywhere.
 * @returns feed it text; it answers with the events that became whole.
 * @throws RangeError for a line or event without an end.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function eventParser(): (chunk: string) => ServerEvent[] {
  let rest = ''
  let name = ''
  let data: string[] = []
  let length = 0
  return (chunk) => {
    const events: ServerEvent[] = []
    rest += chunk
    const lines = rest.split(/\r\n|\n|\r(?=[^\n])/)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) events.push({ name: name === '' ? 'message' : name, data: data.join('\n') })
        name = ''
        data = []
        length = 0
        continue
      }
      const colon = line.indexOf(':')
      if (colon === 0) continue
      const field = colon === -1 ? line : line.slice(0, colon)
      const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
      if (field === 'event') name = value
      if (field === 'data') data.push(value)
      length += line.length
    }
    if (rest.length + length > maxEventLength) throw new RangeError('an event of the stream has no end')
    return events
  }
}
