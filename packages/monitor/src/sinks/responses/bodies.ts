import { partAfter } from '@riposte/protections/data-exposure'
import type { OperationOf } from '@riposte/contract/wire'
import type { Engine } from '../../core/engine.ts'
import type { BodyWatch, ResponseWatcher } from './watcher.ts'

/** Of one answer so much is looked at. */
export const longestAnswer = 2_000_000

/** What a browser or a player takes apart, and nobody reads. */
const isMedia = (contentType: string): boolean =>
  /^\s*(?:image\/(?!svg)|audio\/|video\/|font\/|application\/(?:zip|pdf|wasm|gzip)\b)/i.test(contentType)

/** Bodies whose content may be more than its reader should have. */
export const bodies: ResponseWatcher = {
  kind: 'response',
  body: (head, engine, context) => {
    const contentType = head.header('content-type') ?? ''
    return isMedia(contentType) ? null : followBody(contentType, engine, () => context.userId)
  },
}

/** Judges the parts of a body, each with what of the one before was not whole. After a finding the rest is not looked at any more. */
function followBody(contentType: string, engine: Engine, userId: () => string | null): BodyWatch {
  let rest = ''
  let place: OperationOf<'response'>['place']
  let seen = 0
  let isDone = false
  return {
    part: (text, last) => {
      if (isDone) return null
      const room = longestAnswer - seen
      const isTooLong = text.length > room
      seen += text.length
      const body = rest + (isTooLong ? text.slice(0, room) : text)
      const cut = !last || isTooLong
      rest = body
      // What it is can be told of none but white space by nobody.
      if (body.trim() === '') return null
      const isPart = cut || place !== undefined
      const operation: OperationOf<'response'> = {
        ...{ kind: 'response', contentType, body },
        ...(isPart ? { place: { open: [], ...place, cut } } : {}),
        ...withUser(userId()),
      }
      const { findings } = engine.counters
      const refusal = engine.judge(operation)
      if (isTooLong) engine.counters.cut += 1
      const next = last || isTooLong || refusal || engine.counters.findings > findings ? null : partAfter(operation)
      isDone = next === null
      rest = next?.rest ?? ''
      place = next?.place
      return refusal
    },
  }
}

const withUser = (userId: string | null): { readonly userId?: string } => (userId === null ? {} : { userId })
