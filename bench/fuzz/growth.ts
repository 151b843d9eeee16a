import type { OperationKind } from '@riposte/contract'
import { Chance } from './chance.ts'
import { makeOperation } from './operations.ts'
import { inputOf, type Case } from './subject.ts'
import { anyText } from './texts.ts'

/** A case of any size: what it says is drawn once, how often it is said again is the size. */
export interface Shape {
  readonly title: string
  make(characters: number): Case
}

/** Repetition in the value, in the operation, in both, or in the number of values. */
export function anyShape(kinds: readonly OperationKind[], pieces: readonly string[], chance: Chance): Shape {
  const piece = (): string => (chance.is(0.75) ? chance.pick(pieces) : anyText(chance).slice(0, 20))
  const some = (most: number): string => chance.several(0, most, piece).join('')
  const unit = chance.several(1, 3, piece).join('') || 'a'
  const [before, after, beside] = [some(2), some(2), some(2)]
  const where = chance.pick(['value', 'operation', 'both', 'both', 'values'] as const)
  const kind = chance.pick(kinds)
  const operationSeed = chance.below(2 ** 31)
  const title = `${kind}, ${where}: ${JSON.stringify({ before, unit, after, beside })}`
  return {
    title,
    make: (characters) => {
      const long = before + unit.repeat(Math.ceil(characters / unit.length)) + after
      const short = before + unit + after
      const values =
        where === 'values'
          ? Array.from({ length: Math.ceil(characters / 32) }, (_, index) => `${short} ${index}`)
          : [where === 'operation' ? short : long]
      const text = `${beside}${where === 'value' || where === 'values' ? short : long}${beside}`
      return {
        operation: makeOperation(kind, text, new Chance(operationSeed)),
        inputs: values.map((value, index) => inputOf(value, `q${index}`)),
      }
    },
  }
}

export interface Growth {
  readonly title: string
  /** By how many times the time rose when the size doubled, at the two largest sizes. */
  readonly factors: readonly number[]
  readonly characters: number
  readonly ms: number
}

const sizes = [8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 512_000, 1_024_000]
const enoughMs = 250

/** CPU time for sizes that double, until it takes long. */
export function measureGrowth(shape: Shape, detect: (one: Case) => unknown): Growth {
  const times: { readonly characters: number; readonly ms: number }[] = []
  for (const characters of sizes) {
    const made = shape.make(characters)
    const ms = Math.min(
      cpuOf(() => detect(made)),
      cpuOf(() => detect(made)),
    )
    times.push({ characters, ms })
    if (ms > enoughMs) break
  }
  const factors = times.slice(1).map(({ ms }, index) => ms / (times[index]?.ms ?? Number.NaN))
  const last = times.at(-1)
  return { title: shape.title, factors, characters: last?.characters ?? 0, ms: last?.ms ?? 0 }
}

function cpuOf(work: () => unknown): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

/** A square would be four; the last two doublings must both say so, of times long enough to be told apart. */
export const isSuperLinear = ({ factors, ms }: Growth): boolean =>
  ms > 60 && factors.length >= 2 && factors.slice(-2).every((factor) => factor > 2.9)
