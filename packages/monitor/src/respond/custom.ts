import { contexts } from '../core/context.ts'
import type { Log } from '../log/logger.ts'
import type { ActionOptions, Threat, ThreatHandler, ThreatTools } from '../../types/index.d.ts'

export type { ActionOptions, Threat, ThreatHandler, ThreatTools } from '../../types/index.d.ts'

interface Registered {
  readonly handler: ThreatHandler
  readonly timeoutMs: number
  readonly decides: boolean
  readonly otherwise: 'block' | 'allow'
}

/** Handlers by the names that configurations call them by; upper and lower case are the same. */
export class CustomActions {
  readonly #handlers = new Map<string, Registered>()
  readonly #log: () => Log | null

  constructor(log: () => Log | null) {
    this.#log = log
  }

  register(name: string, handler: ThreatHandler, options: ActionOptions = {}): void {
    const decides = options.decides ?? false
    this.#handlers.set(name.toLowerCase(), {
      handler,
      decides,
      timeoutMs: options.timeoutMs ?? (decides ? 1_000 : 5_000),
      otherwise: options.otherwise ?? 'block',
    })
  }

  has(name: string): boolean {
    return this.#handlers.has(name.toLowerCase())
  }

  decides(name: string): boolean {
    return this.#handlers.get(name.toLowerCase())?.decides ?? false
  }

  /** What counts where nobody can wait for the answer. */
  otherwise(name: string): 'block' | 'allow' {
    return this.#handlers.get(name.toLowerCase())?.otherwise ?? 'allow'
  }

  /**
   * Runs a handler outside of the request, so that what it does itself is not judged. Whatever it throws is logged and ends here.
   * @returns what it decided, or, for one that does not decide, null, when it is done
   */
  async run(
    name: string,
    threat: Threat,
    tools: Omit<ThreatTools, 'signal'>,
    mostMs = Infinity,
  ): Promise<'block' | 'allow' | null> {
    const registered = this.#handlers.get(name.toLowerCase())
    if (!registered) return null
    const end = new AbortController()
    const limit = Math.min(registered.timeoutMs, mostMs)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<typeof tooLate>((resolve) => {
      timer = setTimeout(() => {
        end.abort(new Error(`took longer than ${limit} ms`))
        resolve(tooLate)
      }, limit)
      timer.unref()
    })
    try {
      const work = Promise.resolve(contexts.exit(() => registered.handler(threat, { ...tools, signal: end.signal })))
      const result = await Promise.race([work, late])
      if (result === tooLate) {
        // Nobody waits for it any more; what it still throws must not end the app.
        work.catch(() => undefined)
        this.#log()?.('error', `the custom action "${name}" took longer than ${limit} ms`, {
          incident: threat.incidentId,
        })
      }
      if (!registered.decides) return null
      return result === 'allow' || result === 'block' ? result : registered.otherwise
    } catch (error) {
      this.#log()?.('error', `the custom action "${name}" failed`, {
        incident: threat.incidentId,
        error: String(error),
      })
      return registered.decides ? registered.otherwise : null
    } finally {
      clearTimeout(timer)
    }
  }
}

const tooLate = Symbol('too late')
