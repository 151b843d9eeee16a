import type { Entity } from './read-document.ts'

/** How large an entity is once everything in it is put in, and whether it holds itself. */
export interface Expansion {
  readonly entity: Entity
  /** Characters, and one for each reference that is followed: counting stops at `most`. */
  readonly size: number
  readonly isEndless: boolean
}

/** Beyond it a size is only large. */
export const most = 2 ** 50

const keyOf = (name: string, isParameter: boolean): string => (isParameter ? `%${name}` : name)

/** The size of every entity, each looked at once: linear in the declarations, however much they stand for. */
export function expand(entities: readonly Entity[]): readonly Expansion[] {
  const byKey = new Map<string, Entity>()
  // Of two declarations the first holds.
  for (const entity of entities) {
    const key = keyOf(entity.name, entity.isParameter)
    if (!byKey.has(key)) byKey.set(key, entity)
  }
  const done = new Map<string, Expansion>()
  for (const key of byKey.keys()) walk(key, byKey, done)
  return [...done.values()]
}

type Part = readonly [key: string, count: number, written: number]

interface Frame {
  readonly key: string
  readonly entity: Entity
  readonly parts: readonly Part[]
  next: number
  size: number
  isEndless: boolean
}

/** Without recursion, since a chain may be as long as the document. */
function walk(root: string, byKey: ReadonlyMap<string, Entity>, done: Map<string, Expansion>): void {
  if (done.has(root)) return
  const open = new Set<string>()
  const stack: Frame[] = []
  const enter = (key: string): void => {
    const entity = byKey.get(key) as Entity
    open.add(key)
    stack.push({ key, entity, parts: partsOf(entity), next: 0, size: entity.text?.length ?? 0, isEndless: false })
  }
  enter(root)
  for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
    const part = frame.parts[frame.next]
    if (!part) {
      stack.pop()
      open.delete(frame.key)
      const { entity, size, isEndless } = frame
      done.set(frame.key, { entity, size, isEndless })
      continue
    }
    const [key, count, written] = part
    const known = done.get(key)
    if (known) {
      frame.size = Math.min(most, frame.size + count * (known.size + 1 - written))
      frame.isEndless ||= known.isEndless
      frame.next += 1
    } else if (open.has(key)) {
      frame.isEndless = true
      frame.next += 1
    } else if (byKey.has(key)) enter(key)
    else frame.next += 1
  }
}

/** What an entity's text refers to: general entities, and for declarations parameter entities too. */
function partsOf({ text, isParameter }: Entity): readonly Part[] {
  const counts = new Map<string, number>()
  if (text === null || !/[&%]/.test(text)) return []
  for (const [, sign, name] of text.matchAll(/([&%])([^\s&%;#<>"'()]{1,256});/g)) {
    if (sign === '%' && !isParameter) continue
    const key = keyOf(name as string, sign === '%')
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  // The sign, the name and the semicolon give way to what they stand for.
  return Array.from(
    counts,
    ([key, count]) => [key, count, key.startsWith('%') ? key.length + 1 : key.length + 2] as const,
  )
}
