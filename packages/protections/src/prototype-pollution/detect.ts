import type { Input, OperationOf } from '@riposte/contract'
import type { Finding } from '../define.ts'
import { findWay, type Named } from './find-names.ts'
import { wayInPath, wayInSource, type Way } from './find-way.ts'
import { isNamedBy } from './ways.ts'

/**
 * Names decide, not values: what is merged, or the path at which something is set, leads to a prototype, and the request holds the
 * name that leads there. What a prototype has got already is judged by the request's names too.
 */
export function detect(operation: OperationOf<'merge'>, inputs: readonly Input[]): Finding | null {
  if (operation.changed) return findChanged(operation.changed, inputs)
  const way = wayIn(operation)
  const named = way && findWay(way, inputs)
  return named && toFinding(named, operation.path === undefined ? reasons.merge : reasons.path, 0.97)
}

const reasons = {
  merge: 'A name in the request leads a merge to the prototype that all objects share.',
  path: 'A path from the request leads to the prototype that all objects share.',
  changed: 'The request has put a property on the prototype that all objects share.',
}

/** Without a path of its own the value may be one: a text, a list of names, or a list of paths. */
function wayIn({ value, path }: OperationOf<'merge'>): Way | null {
  if (path !== undefined) return wayInPath(path)
  const way = wayInSource(value) ?? wayInPath(value)
  if (way !== null || !Array.isArray(value)) return way
  for (const item of value as unknown[]) {
    const found = wayInPath(item)
    if (found) return found
  }
  return null
}

function findChanged(changed: readonly string[], inputs: readonly Input[]): Finding | null {
  const named = findWay('__proto__', inputs) ?? findWay('constructor.prototype', inputs)
  if (!named) return null
  const mark = '.prototype.'
  const own = changed.some((name) => isNamedBy(name.slice(name.indexOf(mark) + mark.length), inputs))
  return own ? toFinding(named, reasons.changed, 0.99) : null
}

const toFinding = ({ input, span, asGiven }: Named, reason: string, confidence: number): Finding => ({
  confidence: asGiven ? confidence : confidence - 0.1,
  reason,
  input,
  inputSpan: span,
  operationSpan: null,
})
