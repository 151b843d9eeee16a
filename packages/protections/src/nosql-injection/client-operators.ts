import type { Input } from '@riposte/contract'
import { childOf, isOperatorName, newNode, segmentsOf, type ClientNode } from './client-node.ts'
import { structuresOf } from './parse-text.ts'

/** Every operator's name that a client wrote, with what stands around it. */
export type ClientOperators = ReadonlyMap<string, readonly ClientNode[]>

/** Nodes of one name that are looked at. */
const mostOfOneName = 64
const mostNodes = 20_000

/** Names come in three ways: in the place of a value, as values of their own, and inside texts that an app may parse. */
export function clientOperators(inputs: readonly Input[]): ClientOperators {
  const roots = new Map<string, ClientNode>()
  const structures: ClientNode[] = []
  for (const input of inputs) {
    const isName = input.path.endsWith(nameMark)
    const isWrittenOut = isName && /^\s*[{[]/.test(input.value)
    if (isWrittenOut) structures.push(...structuresOf(input))
    else if (holdsMarker(input.path) || (isName && holdsMarker(input.value))) place(roots, input, isName)
    else if (!isName) structures.push(...structuresOf(input))
  }
  return byName([...roots.values(), ...structures])
}

export const nameMark = ' (name)'
const holdsMarker = (text: string): boolean => text.includes('$') || text.includes('_bsontype')

function place(roots: Map<string, ClientNode>, input: Input, isName: boolean): void {
  const root = roots.get(input.source) ?? newNode('', null, input)
  roots.set(input.source, root)
  const path = segmentsOf(isName ? input.path.slice(0, -nameMark.length) : input.path)
  // The path of a name may be its own, or that of what it stands in.
  const own = isName ? segmentsOf(input.value) : []
  const isOwnPath = own.every((segment, index) => path[path.length - own.length + index] === segment)
  const node = [...path, ...(isOwnPath ? [] : own)].reduce((parent, key) => childOf(parent, key, input), root)
  if (!isName) node.values.push(input.value)
}

function byName(roots: readonly ClientNode[]): ClientOperators {
  const found = new Map<string, ClientNode[]>()
  const rest = [...roots]
  for (let seen = 0; rest.length > 0 && seen < mostNodes; seen += 1) {
    const node = rest.pop() as ClientNode
    if (isOperatorName(node.key) || node.key === '_bsontype') {
      const all = found.get(node.key)
      if (!all) found.set(node.key, [node])
      else if (all.length < mostOfOneName) all.push(node)
    }
    for (const child of node.children.values()) rest.push(child)
  }
  return found
}
