/** SHA-256 of a text's UTF-8 bytes, in hex: passed in, since this runs in browsers too. */
export type HashText = (text: string) => string

/** The way from one leaf to the root: at each level the neighbour's hash and its side. A level without a neighbour is left out. */
export type TargetProof = readonly string[]

const leaf = (target: string, hash: HashText): string => hash(`target:${target}`)
const node = (left: string, right: string, hash: HashText): string => hash(`node:${left}:${right}`)

/**
 * A hash tree over a list of targets, so that one approval covers thousands and each command shows with a few hashes that its own
 * target is among them. Leaves and nodes are hashed apart, so that neither passes for the other.
 */
export interface TargetTree {
  readonly root: string
  /** @returns null for what is not in the list */
  proofOf(target: string): TargetProof | null
}

/** @param targets at least one; their order counts */
export function targetTree(targets: readonly string[], hash: HashText): TargetTree {
  const levels: string[][] = [targets.map((target) => leaf(target, hash))]
  for (let level = levels[0] ?? []; level.length > 1; level = levels.at(-1) ?? [])
    levels.push(
      Array.from({ length: Math.ceil(level.length / 2) }, (_, index) => {
        const left = level[2 * index] as string
        const right = level[2 * index + 1]
        // The last one of an odd level goes up as it is.
        return right === undefined ? left : node(left, right, hash)
      }),
    )
  const places = new Map(targets.map((target, index) => [target, index]))
  return {
    root: levels.at(-1)?.[0] ?? '',
    proofOf: (target) => {
      let index = places.get(target)
      if (index === undefined) return null
      const proof: string[] = []
      for (const level of levels.slice(0, -1)) {
        const neighbour = level[index ^ 1]
        if (neighbour !== undefined) proof.push(`${index % 2 === 0 ? 'r' : 'l'}:${neighbour}`)
        index = index >> 1
      }
      return proof
    },
  }
}

/** The root to which a target's proof leads; null when the proof is none. */
export function rootFrom(target: string, proof: TargetProof, hash: HashText): string | null {
  let current = leaf(target, hash)
  for (const step of proof) {
    const [, side, neighbour] = /^([lr]):([0-9a-f]{64})$/.exec(step) ?? []
    if (neighbour === undefined) return null
    current = side === 'r' ? node(current, neighbour, hash) : node(neighbour, current, hash)
  }
  return current
}
