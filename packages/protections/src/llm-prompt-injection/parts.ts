import type { OperationOf } from '@riposte/contract'

/** `app` wrote the words of a system message; `fetched` is content that came from elsewhere; `asked` holds what people send. */
export type Sort = 'app' | 'asked' | 'said' | 'fetched'

export interface Part {
  readonly sort: Sort
  readonly text: string
  readonly role: string
  readonly index: number
  /** Where it stands in the operation's text; -1 when it does not. */
  readonly offset: number
}

const sorts: Readonly<Record<string, Sort>> = {
  ...{ system: 'app', developer: 'app', instructions: 'app' },
  ...{ assistant: 'said', ai: 'said', model: 'said' },
  ...{
    tool: 'fetched',
    function: 'fetched',
    tool_result: 'fetched',
    document: 'fetched',
    search_result: 'fetched',
    ipython: 'fetched',
  },
}

/** The messages of a prompt; a text alone is one that people and the app wrote together. */
export function partsOf({ text, messages }: OperationOf<'prompt'>): Part[] {
  if (!messages || messages.length === 0) return [{ sort: 'asked', text, role: 'user', index: 0, offset: 0 }]
  let from = 0
  return messages.map((message, index) => {
    const sort = message.origin === undefined ? (sorts[message.role.toLowerCase()] ?? 'asked') : 'fetched'
    const offset = text.startsWith(message.text, from) ? from : text.indexOf(message.text, from)
    if (offset !== -1)
      from = offset + message.text.length + (text.charAt(offset + message.text.length) === '\n' ? 1 : 0)
    return { sort, text: message.text, role: message.role, index, offset }
  })
}
