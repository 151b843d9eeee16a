/** One message to a model, as the detector takes it. */
export interface Message {
  readonly role: string
  readonly text: string
  readonly origin?: string
}

type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null

/** What a hostile prompt may cost. */
const mostMessages = 2_000
const deepest = 12

/**
 * The messages in what a client is about to send: OpenAI's chat, responses and completions, Anthropic's messages, the AI SDK's prompts,
 * Gemini's contents, Bedrock's converse, Ollama's. Pictures and sounds say nothing here.
 */
export function messagesOf(body: unknown): Message[] {
  if (!isObject(body)) return []
  const reader = new Reader()
  for (const name of ['system', 'instructions', 'systemInstruction', 'system_instruction'])
    reader.read(body[name], { role: 'system' })
  for (const name of ['messages', 'contents', 'input', 'prompt']) reader.read(body[name], { role: 'user' })
  return reader.messages
}

/** A list of messages of LangChain, or what it takes for one: a text, `['human', text]`, `{role, content}`. */
export function messagesIn(list: unknown): Message[] {
  const reader = new Reader()
  reader.read(list, { role: 'user' })
  return reader.messages
}

interface Place {
  readonly role: string
  readonly origin?: string
}

/** Parts that hold what was fetched, by their type or by the name that they stand under. */
const fetched: Readonly<Record<string, string>> = {
  ...{ tool_result: 'tool', 'tool-result': 'tool', function_call_output: 'tool', custom_tool_call_output: 'tool' },
  ...{ mcp_tool_result: 'tool', web_search_tool_result: 'document', code_execution_tool_result: 'tool' },
  ...{ toolResult: 'tool', functionResponse: 'tool', function_response: 'tool', tool: 'tool', function: 'tool' },
  ...{ document: 'document', search_result: 'document', 'text-plain': 'document', file_search_call: 'document' },
  ...{ computer_call_output: 'tool', local_shell_call_output: 'tool', shell_call_output: 'tool' },
}
/** Where the words of a message or of a part stand. */
const holders = [
  'text',
  'content',
  'parts',
  'output',
  'result',
  'results',
  'value',
  'source',
  'data',
  'title',
  'context',
  'toolResult',
  'functionResponse',
  'function_response',
  'response',
  'document',
  'json',
] as const

/** A picture or a file as bytes, and what the model said or called itself. */
const silent = new Set([
  'image',
  'image_url',
  'input_image',
  'input_audio',
  'audio',
  'tool_use',
  'tool-call',
  'function_call',
  'reasoning',
  'thinking',
  'redacted_thinking',
  'base64',
  'media',
])

class Reader {
  readonly messages: Message[] = []

  read(value: unknown, place: Place, depth = 0): void {
    if (this.messages.length >= mostMessages || depth > deepest) return
    if (typeof value === 'string') {
      if (value.trim() !== '')
        this.messages.push({
          role: place.role,
          text: value,
          ...(place.origin === undefined ? {} : { origin: place.origin }),
        })
      return
    }
    if (Array.isArray(value)) {
      if (isPair(value)) this.read(value[1], placeOf(value[0], place), depth + 1)
      else for (const item of value as unknown[]) this.read(item, place, depth + 1)
      return
    }
    if (isObject(value)) this.#readFields(value, place, depth)
  }

  #readFields(fields: Fields, place: Place, depth: number): void {
    const type = typeof fields['type'] === 'string' ? fields['type'] : ''
    if (silent.has(type) && !('role' in fields)) return
    const inside = this.#placeIn(fields, type, place)
    let found = false
    for (const name of holders) {
      const held = fields[name]
      if (held === undefined || held === null || typeof held === 'number') continue
      const origin = fetched[name]
      found = true
      if ((name === 'json' || name === 'response' || name === 'value') && isObject(held) && !Array.isArray(held))
        this.read(asJson(held), inside, depth + 1)
      else this.read(held, origin !== undefined && isObject(held) ? { role: inside.role, origin } : inside, depth + 1)
    }
    // Anything else that a tool gave is sent as JSON.
    if (!found && inside.origin === 'tool' && type === '') this.read(asJson(fields), inside, depth + 1)
  }

  #placeIn(fields: Fields, type: string, place: Place): Place {
    const role = roleOf(fields, type)
    const next = role === null ? place : placeOf(role, place)
    const origin = next.origin ?? fetched[type]
    return origin === undefined ? next : { role: next.role, origin }
  }
}

const isPair = (value: readonly unknown[]): value is readonly [string, unknown] =>
  value.length === 2 &&
  typeof value[0] === 'string' &&
  roles[value[0]] !== undefined &&
  (typeof value[1] === 'string' || Array.isArray(value[1]))

const roles: Readonly<Record<string, string>> = {
  ...{ system: 'system', developer: 'developer', user: 'user', human: 'user', assistant: 'assistant', ai: 'assistant' },
  ...{ model: 'assistant', tool: 'tool', function: 'tool', generic: 'user' },
}

function placeOf(role: string, place: Place): Place {
  const known = roles[role] ?? place.role
  return known === 'tool'
    ? { role: 'tool', origin: 'tool' }
    : { role: known, ...(place.origin === undefined ? {} : { origin: place.origin }) }
}

/** A message of LangChain tells its kind itself. */
function roleOf(fields: Fields, type: string): string | null {
  if (typeof fields['role'] === 'string') return fields['role']
  const ask = fields['getType'] ?? fields['_getType']
  if (typeof ask === 'function') {
    const said: unknown = Reflect.apply(ask as () => unknown, fields, [])
    return typeof said === 'string' ? said : null
  }
  return type in roles && 'content' in fields ? type : null
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch {
    return ''
  }
}
