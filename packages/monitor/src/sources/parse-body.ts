import type { ValueCollector } from './value-collector.ts'

/** The values of a body that no framework has parsed, by its declared type; text where the type says nothing that we know. */
export function collectBody(collector: ValueCollector, bytes: Buffer, contentType: string): void {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/x-www-form-urlencoded') {
    collectForm(collector, bytes.toString('utf8'))
    return
  }
  if (type === 'multipart/form-data') {
    collectMultipart(collector, bytes, contentType)
    return
  }
  const text = bytes.toString('utf8')
  if (type.endsWith('json') && collectJson(collector, text)) return
  if (
    type.startsWith('image/') ||
    type.startsWith('video/') ||
    type.startsWith('audio/') ||
    type === 'application/octet-stream'
  )
    return
  collector.add('body', 'body', text)
}

function collectJson(collector: ValueCollector, text: string): boolean {
  try {
    collector.addTree('body', JSON.parse(text))
    return true
  } catch {
    return false
  }
}

export function collectForm(collector: ValueCollector, text: string, source = 'body'): void {
  for (const [name, value] of new URLSearchParams(text)) {
    collector.addName(source, name, name)
    collector.add(source, name, value)
  }
}

/** Fields, file names and part headers; what a file holds is only looked at when it says that it is text. */
function collectMultipart(collector: ValueCollector, bytes: Buffer, contentType: string): void {
  const boundary = /boundary=(?:"([^"]{1,200})"|([^;\s]{1,200}))/i.exec(contentType)
  const marker = `--${boundary?.[1] ?? boundary?.[2] ?? ''}`
  if (marker === '--') return
  const text = bytes.toString('latin1')
  for (let at = text.indexOf(marker); at !== -1 && !collector.cut;) {
    const next = text.indexOf(marker, at + marker.length)
    const part = text.slice(at + marker.length, next === -1 ? text.length : next)
    const headerEnd = part.indexOf('\r\n\r\n')
    if (headerEnd !== -1)
      collectPart(collector, part.slice(0, headerEnd), part.slice(headerEnd + 4).replace(/\r\n$/, ''))
    at = next
  }
}

function collectPart(collector: ValueCollector, headers: string, content: string): void {
  const utf8 = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('utf8')
  const name = utf8(/name="([^"\r\n]*)"/i.exec(headers)?.[1] ?? '')
  const file = /filename="([^"\r\n]*)"/i.exec(headers)?.[1]
  collector.addName('body', name, name)
  if (file !== undefined) collector.add('files', `${name} (file name)`, utf8(file))
  if (file === undefined || /content-type:\s*text\//i.test(headers)) collector.add('body', name, utf8(content))
}
