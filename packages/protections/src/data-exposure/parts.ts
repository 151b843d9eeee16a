import type { OperationOf, ResponsePlace } from '@riposte/contract'
import { sharedCodes } from '../secrets/codes.ts'
import { formOf } from './form-of.ts'
import { JsonWalk, KnownNames, type JsonVisitor } from './walk-json.ts'

const unasked = new KnownNames({ internal: new Set(), careful: new Set(), owner: new Set(), allowed: new Set() })
const nothing: JsonVisitor = { text: () => undefined, number: () => undefined, name: () => undefined }
interface Rest {
  readonly rest: string
  readonly place: ResponsePlace
}

const overlap = 512

/** What of a part has to be looked at again with the next, and where the next begins; null where nobody reads it. */
export function partAfter(operation: OperationOf<'response'>): Rest | null {
  const { body, contentType, place } = operation
  const form = place?.form ?? formOf(contentType, body)
  if (form === 'binary') return null
  if (form !== 'json') return { rest: body.slice(-overlap), place: { form: 'text', open: [], cut: true } }
  const walk = new JsonWalk(body, sharedCodes(body), unasked, place)
  walk.run(nothing)
  return walk.rest()
}
