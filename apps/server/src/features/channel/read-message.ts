import { AgentMessage } from '@riposte/contract'
import { formatPath } from '../../platform/http/validate.ts'
import { isDeeperThan } from '../../platform/http/storable.ts'

const mostLevels = 32
const kinds: ReadonlySet<unknown> = new Set(AgentMessage.options.map((option) => option.shape.kind.value))

export type ReadMessage =
  /** `wire`: the same as it came. */
  | { readonly is: 'message'; readonly message: AgentMessage; readonly wire: object }
  /** Of a newer agent: left alone. */
  | { readonly is: 'unknown' }
  | { readonly is: 'invalid'; readonly why: string }

export function readMessage(message: unknown): ReadMessage {
  const value = typeof message === 'string' ? parseJson(message) : message
  if (value === undefined) return { is: 'invalid', why: 'The message is not JSON' }
  if (isDeeperThan(value, mostLevels))
    return { is: 'invalid', why: `The message is nested deeper than ${mostLevels} levels` }
  if (typeof value !== 'object' || value === null || !('kind' in value) || typeof value.kind !== 'string')
    return { is: 'invalid', why: 'The message has no kind' }
  if (!kinds.has(value.kind)) return { is: 'unknown' }
  const parsed = AgentMessage.safeParse(value)
  if (parsed.success) return { is: 'message', message: parsed.data, wire: value }
  const [issue] = parsed.error.issues
  const where = issue ? ` at ${formatPath(issue.path)}: ${issue.message}` : ''
  return { is: 'invalid', why: `The message is not a valid "${value.kind}"${where}`.slice(0, 500) }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
