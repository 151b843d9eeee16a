/** How a name leads to what all objects share: by the accessor, or by an object's constructor. */
export type Way = '__proto__' | 'constructor.prototype'

/** Steps through one source: what a client can send in a body fits, and a graph of millions does not take the request's time. */
const mostSteps = 200_000
const longestPath = 100_000

/**
 * Whether a merge that goes through all names of a source would write to a prototype: a name `__proto__`, or `constructor` with
 * `prototype` in it, and something to set below. What has no effect when it is set (`{"__proto__": null}`, `{"constructor": "x"}`) is none.
 */
export function wayInSource(source: unknown): Way | null {
  if (!isObject(source)) return null
  const rest: object[] = [source]
  const seen = new Set<object>(rest)
  let steps = 0
  for (let object = rest.pop(); object; object = rest.pop()) {
    for (const key of keysOf(object)) {
      steps += 1
      if (steps > mostSteps) return null
      const value = read(object, key)
      if (!isObject(value)) continue
      if (key === '__proto__' && setsSomething(value)) return '__proto__'
      if (key === 'constructor' && Object.hasOwn(value, 'prototype') && setsSomething(read(value, 'prototype')))
        return 'constructor.prototype'
      if (seen.has(value) || !isData(value)) continue
      seen.add(value)
      rest.push(value)
    }
  }
  return null
}

/** Whether a path, as text or as a list of names, goes through a prototype to a name below. */
export function wayInPath(path: unknown): Way | null {
  const names = namesOf(path)
  for (let at = 0; at + 1 < names.length; at += 1) {
    if (names[at] === '__proto__') return '__proto__'
    if (names[at] === 'constructor' && names[at + 1] === 'prototype' && at + 2 < names.length)
      return 'constructor.prototype'
  }
  return null
}

/** `a.b[0]["c"]`, a JSON pointer, or a list whose parts become names as JavaScript makes a name of them. */
function namesOf(path: unknown): readonly string[] {
  if (typeof path === 'string') return namesInText(path)
  if (!Array.isArray(path) || path.length > mostSteps) return []
  return path.map((part) => asName(part) ?? '')
}

function namesInText(text: string): readonly string[] {
  if (text.length > longestPath || !/__proto__|prototype|\\/.test(text)) return []
  if (/^#?\//.test(text)) return text.split('/').map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
  return text
    .replaceAll('\\', '')
    .split(/[.[\]"'`]+/)
    .filter((name) => name !== '')
}

const deepestName = 32

/** A list of one name is that name. */
function asName(part: unknown): string | null {
  let at = part
  for (let depth = 0; depth < deepestName && Array.isArray(at) && at.length === 1; depth += 1) at = at[0] as unknown
  if (at instanceof String) return at.valueOf()
  return typeof at === 'string' ? at : typeof at === 'number' ? String(at) : null
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** What parsers make, as against an app's own objects, which nothing of a request can have given names. */
function isData(value: object): boolean {
  try {
    if (Array.isArray(value)) return true
    const prototype = Object.getPrototypeOf(value) as object | null
    return prototype === null || Object.getPrototypeOf(prototype) === null
  } catch {
    return false
  }
}

const setsSomething = (value: unknown): boolean => isObject(value) && keysOf(value).length > 0

/** An object of the app may refuse to be read: then it is not what a client sent. */
function keysOf(object: object): readonly string[] {
  try {
    return ArrayBuffer.isView(object) ? [] : Object.keys(object)
  } catch {
    return []
  }
}

function read(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key]
  } catch {
    return undefined
  }
}
