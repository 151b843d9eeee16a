import { contexts } from '../../core/context.ts'
import type { Engine } from '../../core/engine.ts'
import { outside } from '../statement-door.ts'

type Delimiters = Readonly<Record<string, string>>

/** Where an engine is given a text to compile. */
export class TemplateDoor {
  readonly #engine: Engine
  readonly #name: string

  /** @param name the engine's, by which its dialect is known */
  constructor(engine: Engine, name: string) {
    this.#engine = engine
    this.#name = name
  }

  #isAsked(): boolean {
    return contexts.getStore() !== undefined && this.#engine.wants('template')
  }

  /** @throws BlockedError when the text must not be compiled */
  look(text: unknown, delimiters?: () => Delimiters | undefined): void {
    if (typeof text !== 'string' || !this.#isAsked()) return
    const refusal = this.#engine.judge(() => {
      const own = delimiters?.()
      return { kind: 'template', engine: this.#name, text, ...(own ? { delimiters: own } : {}) }
    })
    if (refusal) throw refusal
  }

  /**
   * Options of which the engine makes code, by whatever hand they were set; a name is no code.
   * @throws BlockedError when one is a client's
   */
  lookAtOptions(options: unknown, names: readonly string[]): void {
    if (typeof options !== 'object' || options === null || !this.#isAsked()) return
    for (const name of names) {
      const text = this.#engine.aside('option', () => (options as Readonly<Record<string, unknown>>)[name])
      if (typeof text !== 'string' || /^[\w$]*$/.test(text)) continue
      const refusal = this.#engine.judge({ kind: 'template', engine: 'javascript', text })
      if (refusal) throw refusal
    }
  }

  /** Engines write code of their own for a template that was looked at already, in which its literal text stands. */
  compile<Result>(work: () => Result): Result {
    return this.#isAsked() ? outside(work) : work()
  }
}

/** Those among the options that are texts and not the usual ones. */
export function ownDelimiters(options: unknown, usual: Delimiters): Delimiters | undefined {
  if (typeof options !== 'object' || options === null) return undefined
  const given = options as Readonly<Record<string, unknown>>
  const own: Record<string, string> = {}
  for (const [name, sign] of Object.entries(usual)) {
    const value = given[name]
    if (typeof value === 'string' && value !== '' && value !== sign) own[name] = value
  }
  return Object.keys(own).length > 0 ? own : undefined
}
