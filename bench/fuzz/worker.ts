import { defaultSettings, protections, watches, type Finding, type Protection } from '@riposte/protections/catalog'
import { Chance } from './chance.ts'
import { anyShape, isSuperLinear, measureGrowth, type Growth } from './growth.ts'
import { anyCase } from './operations.ts'
import type { Case, Disagreement, Oracle } from './subject.ts'
import { otherwise, subjects } from './subjects.ts'

/** A process of its own for each protection: one that hangs is ended by who started it, who knows the seed. */
export interface Order {
  readonly id: string
  readonly seconds: number
  readonly seed: number
}

export interface Fault extends Case {
  readonly seed: number
  readonly what: string
}

export interface Report {
  readonly cases: number
  readonly shapes: number
  readonly questions: Readonly<Record<string, number>>
  readonly faults: readonly Fault[]
  readonly slow: readonly (Growth & { readonly seed: number })[]
  /** The case that took longest. */
  readonly longest: { readonly seed: number; readonly ms: number; readonly characters: number } | null
  /** The shape that took longest for its size. */
  readonly slowest: (Growth & { readonly seed: number }) | null
  readonly disagreements: readonly (Disagreement & { readonly seed: number; readonly oracle: string })[]
}

export type Message =
  | { readonly type: 'ready' }
  | { readonly type: 'at'; readonly check: string; readonly seed: number }
  | { readonly type: 'done'; readonly report: Report }

const mostKept = 40
const send = (message: Message): void => void process.send?.(message)

class Run {
  readonly #protection: Protection
  readonly #seed: number
  readonly #settings: ReturnType<typeof defaultSettings>
  readonly #questions: Record<string, number> = {}
  readonly #faults: Fault[] = []
  readonly #slow: (Growth & { seed: number })[] = []
  readonly #disagreements: (Disagreement & { seed: number; oracle: string })[] = []
  #slowest: (Growth & { seed: number }) | null = null
  #longest: Report['longest'] = null
  #cases = 0
  #shapes = 0

  constructor(protection: Protection, seed: number) {
    this.#protection = protection
    this.#seed = seed
    this.#settings = defaultSettings(protection.spec.settings)
  }

  get report(): Report {
    return {
      ...{ cases: this.#cases, shapes: this.#shapes, questions: this.#questions, faults: this.#faults },
      ...{ slow: this.#slow, longest: this.#longest, slowest: this.#slowest, disagreements: this.#disagreements },
    }
  }

  detect(one: Case): Finding | null {
    if (!watches(this.#protection, one.operation)) throw new Error(`${one.operation.kind} is not watched`)
    return this.#protection.detect(one.operation, one.inputs, this.#settings)
  }

  /** No exception, the same answer twice, and an answer that holds together. */
  crashes(pieces: readonly string[], until: number): void {
    for (let turn = 0; performance.now() < until; turn++) {
      const seed = this.#seed + turn
      if (turn % 50 === 0) send({ type: 'at', check: 'cases', seed })
      const one = anyCase(this.#protection.spec.kinds, pieces, new Chance(seed))
      this.#cases += 1
      try {
        const before = process.cpuUsage()
        const finding = this.detect(one)
        this.#time(one, seed, process.cpuUsage(before))
        const what = this.#wrongIn(finding, one) ?? this.#wrongAgain(finding, this.detect(one))
        if (what !== null) this.#note({ ...one, seed, what })
      } catch (error) {
        this.#note({ ...one, seed, what: error instanceof Error ? (error.stack ?? error.message) : String(error) })
      }
    }
  }

  #time({ operation, inputs }: Case, seed: number, { user, system }: NodeJS.CpuUsage): void {
    const ms = (user + system) / 1_000
    if (ms <= (this.#longest?.ms ?? 0)) return
    this.#longest = { seed, ms, characters: JSON.stringify({ operation, inputs }).length }
  }

  #note(fault: Fault): void {
    if (this.#faults.length < mostKept) this.#faults.push(fault)
  }

  #wrongIn(finding: Finding | null, { inputs }: Case): string | null {
    if (!finding) return null
    const { confidence, reason, input, inputSpan } = finding
    if (!(confidence > 0 && confidence <= 1)) return `a confidence of ${confidence}`
    if (inputSpan && !(inputSpan.start >= 0 && inputSpan.start <= inputSpan.end && inputSpan.end <= input.value.length))
      return `a span of ${inputSpan.start} to ${inputSpan.end} in a value of ${input.value.length}`
    const named = inputs.find(({ value }) => value.length > 12 && reason.includes(value))
    return named ? 'a reason in which the matched value stands' : null
  }

  #wrongAgain(first: Finding | null, second: Finding | null): string | null {
    return JSON.stringify(first) === JSON.stringify(second) ? null : 'another answer the second time'
  }

  growths(pieces: readonly string[], until: number): void {
    for (let turn = 0; performance.now() < until; turn++) {
      const seed = this.#seed + turn
      send({ type: 'at', check: 'growth', seed })
      const shape = anyShape(this.#protection.spec.kinds, pieces, new Chance(seed))
      this.#shapes += 1
      try {
        let growth = measureGrowth(shape, (one) => this.detect(one))
        // Once more, since other work on the machine looks the same.
        if (isSuperLinear(growth)) growth = measureGrowth(shape, (one) => this.detect(one))
        if (isSuperLinear(growth) && this.#slow.length < mostKept) this.#slow.push({ ...growth, seed })
        if (perCharacter(growth) > perCharacter(this.#slowest)) this.#slowest = { ...growth, seed }
      } catch (error) {
        this.#note({ ...shape.make(8_000), seed, what: `growth: ${String(error)}` })
      }
    }
  }

  questions(oracle: Oracle, until: number): void {
    this.#questions[oracle.name] = 0
    for (let turn = 0; performance.now() < until; turn++) {
      const seeds = Array.from({ length: oracle.batch }, (_, index) => this.#seed + turn * oracle.batch + index)
      send({ type: 'at', check: oracle.name, seed: seeds[0] ?? 0 })
      const asked = oracle.ask(seeds.map((seed) => new Chance(seed)))
      for (const [index, question] of asked.entries()) {
        if (!question) continue
        this.#questions[oracle.name] = (this.#questions[oracle.name] ?? 0) + 1
        const { expects, ...rest } = question
        const found = this.detect(question) !== null
        if (found === (expects === 'finding') || this.#disagreements.length >= mostKept) continue
        const kind = found ? 'alarm' : 'missed'
        this.#disagreements.push({ ...rest, kind, seed: seeds[index] ?? 0, oracle: oracle.name })
      }
    }
  }
}

const perCharacter = (growth: Growth | null): number => (growth && growth.ms > 20 ? growth.ms / growth.characters : 0)

async function work({ id, seconds, seed }: Order): Promise<void> {
  const protection = (protections as readonly Protection[]).find(({ spec }) => spec.id === id)
  if (!protection) throw new Error(`there is no ${id}`)
  const subject = subjects[id as keyof typeof subjects] ?? otherwise
  const oracles = await Promise.all(subject.oracles.map((start) => start()))
  const run = new Run(protection, seed)
  const parts = 2 + oracles.length * 2
  const share = (seconds * 1_000) / parts
  run.crashes(subject.pieces, performance.now() + share)
  run.growths(subject.pieces, performance.now() + share)
  for (const oracle of oracles) run.questions(oracle, performance.now() + share * 2)
  send({ type: 'done', report: run.report })
}

process.once('message', (order: Order) => {
  work(order).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`)
      process.exit(1)
    },
  )
})
process.on('disconnect', () => process.exit(1))
send({ type: 'ready' })
