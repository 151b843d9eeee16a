import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { rootFrom, targetTree } from './target-tree.ts'

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
const names = fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 70 })

test('every target of a list leads to its root, in a few steps, and nothing else does', () => {
  fc.assert(
    fc.property(names, fc.uuid(), (targets, stranger) => {
      fc.pre(!targets.includes(stranger))
      const tree = targetTree(targets, hash)
      for (const target of targets) {
        const proof = tree.proofOf(target) ?? []
        expect(proof.length).toBeLessThanOrEqual(Math.ceil(Math.log2(targets.length)))
        expect(rootFrom(target, proof, hash)).toBe(tree.root)
        expect(rootFrom(stranger, proof, hash)).not.toBe(tree.root)
      }
      expect(tree.proofOf(stranger)).toBe(null)
    }),
    { numRuns: 60 },
  )
})

test('another list has another root: one more, one less, one replaced, two swapped', () => {
  fc.assert(
    fc.property(names, fc.uuid(), fc.nat(), (targets, extra, at) => {
      fc.pre(!targets.includes(extra))
      const root = targetTree(targets, hash).root
      const index = at % targets.length
      expect(targetTree([...targets, extra], hash).root).not.toBe(root)
      expect(targetTree(targets.with(index, extra), hash).root).not.toBe(root)
      if (targets.length > 1) {
        expect(targetTree(targets.toSpliced(index, 1), hash).root).not.toBe(root)
        expect(targetTree([...targets.slice(1), targets[0] as string], hash).root).not.toBe(root)
      }
    }),
    { numRuns: 60 },
  )
})

test('an inner node does not pass for a target, and a broken proof leads nowhere', () => {
  const tree = targetTree(['a', 'b', 'c'], hash)
  const inner = `node:${hash('target:a')}:${hash('target:b')}`
  expect(rootFrom(inner, [`r:${hash('target:c')}`], hash)).not.toBe(tree.root)
  const proof = tree.proofOf('a') ?? []
  expect(rootFrom('a', proof.slice(1), hash)).not.toBe(tree.root)
  expect(rootFrom('a', [...proof].reverse(), hash)).not.toBe(tree.root)
  for (const broken of ['', 'x:1', `r:${'A'.repeat(64)}`, `r:${'0'.repeat(65)}`])
    expect(rootFrom('a', [broken], hash)).toBe(null)
})
