import type { Input } from '@riposte/contract'

/** What a client sent under one name, as far as the request's values tell. */
export interface ClientNode {
  readonly key: string
  readonly parent: ClientNode | null
  readonly children: Map<string, ClientNode>
  /** Its values; several where a name came more than once. Null, booleans and empty texts may be missing. */
  readonly values: unknown[]
  readonly input: Input
  /** The text that it was parsed from, when it did not come as a structure. */
  readonly text: string | null
}

export const newNode = (
  key: string,
  parent: ClientNode | null,
  input: Input,
  text: string | null = null,
): ClientNode => ({
  key,
  parent,
  children: new Map(),
  values: [],
  input,
  text,
})

export function childOf(parent: ClientNode, key: string, input: Input): ClientNode {
  const known = parent.children.get(key)
  if (known) return known
  const made = newNode(key, parent, input, parent.text)
  parent.children.set(key, made)
  return made
}

/** `$ne`, `$or`: what a database may take for an operator. `$`, `$[]` and `$[x]` are places in a list. */
export const isOperatorName = (name: string): boolean => /^\$[A-Za-z_]/.test(name)

export const isIndex = (name: string): boolean => /^\d*$/.test(name)

/**
 * The parts of `user[$ne]`, `user.$ne`, `a[0].b`, `$or[][name]`: how query strings and paths write what stands in what.
 * @returns at most 64
 */
export function segmentsOf(path: string): string[] {
  const segments: string[] = []
  for (let at = 0, start = 0; at <= path.length && segments.length < 64; at += 1) {
    const sign = at === path.length ? '.' : path.charAt(at)
    if (sign !== '.' && sign !== '[' && sign !== ']') continue
    const isPlaceInList = sign === ']' && path.charAt(at - 1) === '['
    if (at > start || isPlaceInList) segments.push(path.slice(start, at))
    start = at + 1
  }
  return segments
}

/** The name under which the client put it: the nearest one that is no operator and no place in a list. */
export function fieldOf(node: ClientNode): string | null {
  const own = ownFieldOf(node)
  if (own !== null || node.text === null) return own
  const path = segmentsOf(node.input.path).filter((segment) => !isIndex(segment))
  return path.at(-1) ?? null
}

/** The same, as far as it stands in the same structure: of JSON in a parameter, not the parameter's name. */
export function ownFieldOf(node: ClientNode): string | null {
  for (let at = node.parent; at?.parent; at = at.parent) {
    if (isIndex(at.key) || isOperatorName(at.key)) continue
    const isSource = at.parent.parent === null && at.text === null && at.key === at.input.source
    return isSource ? null : at.key
  }
  return null
}
