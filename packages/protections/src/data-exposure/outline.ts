import type { OperationOf } from '@riposte/contract'
import { isHarmless } from './exposures.ts'
import { sharedCodes } from '../secrets/codes.ts'
import { formOf } from './form-of.ts'
import { JsonWalk, KnownNames, type JsonVisitor } from './walk-json.ts'

const none = new KnownNames({ internal: new Set(), careful: new Set(), owner: new Set(), allowed: new Set() })

/**
 * A body in which every value is stars, each character one, so that it may be shown to whoever looks into a finding: names of fields
 * and of elements stay, and the signs that hold them together.
 */
export function outline(operation: OperationOf<'response'>): string {
  const { body, contentType, place } = operation
  return (place?.form ?? formOf(contentType, body)) === 'json' ? outlineJson(body, operation) : outlineText(body)
}

function outlineJson(body: string, { place }: OperationOf<'response'>): string {
  const parts: string[] = []
  let from = 0
  const cover = (start: number, end: number): void => {
    parts.push(between(body.slice(from, start)), '*'.repeat(end - start))
    from = end
  }
  const coverText = (start: number, end: number): void => {
    // The quotes are the value's, and no name begins with them.
    if (start > from) {
      parts.push(between(body.slice(from, start - 1)))
      from = start - 1
      parts.push('"')
    }
    parts.push('*'.repeat(end - start))
    from = end
    if (body.charAt(end) === '"') {
      parts.push('"')
      from = end + 1
    }
  }
  const visitor: JsonVisitor = { text: coverText, number: cover, name: () => undefined }
  new JsonWalk(body, sharedCodes(body), none, place).run(visitor)
  parts.push(between(body.slice(from)))
  return parts.join('')
}

/** What stands between two values: names, brackets, and words that are no text. */
const between = (text: string): string =>
  text.replaceAll(/"([^"\n]*)"|[^\s{}[\]:,"]+/g, (whole, name: string | undefined) =>
    name !== undefined && isHarmless(name)
      ? whole
      : name === undefined
        ? '*'.repeat(whole.length)
        : `"${'*'.repeat(name.length)}"`,
  )

const outlineText = (text: string): string =>
  text.replaceAll(/<\/?[A-Za-z]{1,20}(?=[\s/>])|[^\s<>/="';:]+/g, (part) =>
    part.startsWith('<') ? part : '*'.repeat(part.length),
  )
