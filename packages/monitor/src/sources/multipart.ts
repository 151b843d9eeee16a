import { collectName } from './collect-form.ts'
import { asUtf8, charsetOf, decodeBytes, looksLikeText } from './decode-text.ts'
import type { ValueCollector } from './value-collector.ts'

export interface Part {
  readonly headers: string
  readonly content: Buffer
}

/** The parts of a multipart body, as strictly divided as its parsers do it: a delimiter begins a line. The last may be cut off. */
export function* partsOf(bytes: Buffer, contentType: string): Generator<Part> {
  const found = /;\s*boundary=(?:"([^"]{1,200})"|([^;\r\n]{1,200}))/i.exec(contentType)
  const boundary = found?.[1] ?? found?.[2]?.trim()
  if (boundary === undefined) return
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
  let at = bytes.indexOf(delimiter.subarray(2))
  if (at > 0) at = bytes.indexOf(delimiter) === -1 ? -1 : bytes.indexOf(delimiter) + 2
  at = at === -1 ? -1 : at + delimiter.length - 2
  while (at !== -1) {
    // Two dashes here end the body.
    if (bytes[at] === 0x2d && bytes[at + 1] === 0x2d) return
    const next = bytes.indexOf(delimiter, at)
    const part = bytes.subarray(at, next === -1 ? bytes.length : next)
    const headerEnd = part.indexOf('\r\n\r\n')
    if (headerEnd !== -1)
      yield { headers: part.toString('latin1', 0, headerEnd), content: part.subarray(headerEnd + 4) }
    at = next === -1 ? -1 : next + delimiter.length
  }
}

/** Fields, file names, and what a file holds when it is text. */
export function collectPart(
  collector: ValueCollector,
  { headers, content }: Part,
  collectContent: (content: Buffer, type: string, path: string) => void,
): void {
  const disposition = /^content-disposition:(.*(?:\r\n[ \t].*)*)/im.exec(headers)?.[1] ?? ''
  const type = /^content-type:[ \t]*(.*)/im.exec(headers)?.[1]?.trim() ?? ''
  const name = asUtf8(parameter(disposition, 'name') ?? '')
  const { path } = collectName(collector, name, 'body')
  const fileNames = ['filename', 'filename*'].flatMap((key) => parameter(disposition, key) ?? [])
  for (const fileName of fileNames) {
    // Parsers do not agree on whether these bytes are UTF-8.
    for (const reading of new Set([asUtf8(fileName), fileName, afterLanguage(fileName)]))
      collector.add('files', `${path} (file name)`, reading)
  }
  if (type !== '') collector.add('files', `${path} (type)`, type)
  const decoded = transferDecoded(content, headers)
  if (fileNames.length === 0 && !/json|xml/i.test(type))
    collector.add('body', path, decodeBytes(decoded, charsetOf(type)))
  else if (isTextual(type) || looksLikeText(decoded)) collectContent(decoded, type, path)
  else collector.unread = 'a file that is no text'
}

const isTextual = (type: string): boolean => /^text\/|json|xml|csv|javascript|yaml/i.test(type)

function parameter(disposition: string, name: string): string | undefined {
  const pattern = new RegExp(
    `;[ \\t\\r\\n]*${name.replace('*', '\\*')}[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.?)*)"?|([^;\\r\\n]*))`,
    'is',
  )
  const found = pattern.exec(disposition)
  return found?.[1]?.replace(/\\(["\\])/g, '$1') ?? found?.[2]?.trim()
}

/** `UTF-8''na%20me` (RFC 8187), and the quote that browsers write as %22. */
function afterLanguage(value: string): string {
  const bare = value.replace(/^[\w-]{1,20}'[\w-]{0,20}'/, '')
  try {
    return decodeURIComponent(bare)
  } catch {
    return bare
  }
}

function transferDecoded(content: Buffer, headers: string): Buffer {
  return /^content-transfer-encoding:[ \t]*base64/im.test(headers)
    ? Buffer.from(content.toString('latin1'), 'base64')
    : content
}
