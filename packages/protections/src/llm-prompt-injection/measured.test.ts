import { describe, expect, it } from 'vitest'
import { detect } from './detect.ts'
import { measured, tuning, type Labelled } from './grammar.ts'
import { benignTexts, directAttacks, indirectAttacks } from './written.ts'

const written: readonly Labelled[] = [
  ...directAttacks.map((text) => ({ text, attack: true, fetched: false })),
  ...indirectAttacks.map((text) => ({ text, attack: true, fetched: true })),
  ...benignTexts.flatMap((text) => [
    { text, attack: false, fetched: false },
    { text, attack: false, fetched: true },
  ]),
]

const confidenceOf = ({ text, fetched }: Labelled): number => {
  const messages = [{ role: fetched ? 'tool' : 'user', text }]
  const inputs = [{ source: 'body', path: 'text', value: fetched ? 'when?' : text }]
  return detect({ kind: 'prompt', text, messages }, inputs, { threshold: 10 })?.confidence ?? 0
}

interface Figures {
  readonly recall: number
  readonly precision: number
  readonly alarms: number
}

function figures(set: readonly Labelled[], threshold: number): Figures {
  const found = set.filter((one) => confidenceOf(one) * 100 >= threshold)
  const right = found.filter(({ attack }) => attack).length
  return {
    recall: right / set.filter(({ attack }) => attack).length,
    precision: right / found.length,
    alarms: found.length - right,
  }
}

/** What the docs say; a change of them is a change of the docs. */
describe('the figures of the docs', () => {
  it.each([
    ['grammar, tuned on', tuning, 0.95, 3],
    ['grammar, only measured', measured, 0.95, 2],
    ['written by hand', written, 0.8, 3],
  ] as const)('%s', (_, set, recall, alarms) => {
    const at = figures(set, 45)
    expect(at.recall).toBeGreaterThanOrEqual(recall)
    expect(at.alarms).toBeLessThanOrEqual(alarms)
  })

  it('a higher threshold finds less and alarms less', () => {
    const [low, high] = [figures(written, 30), figures(written, 70)]
    expect(high.recall).toBeLessThan(low.recall)
    expect(high.alarms).toBe(0)
    expect(high.precision).toBe(1)
  })
})
