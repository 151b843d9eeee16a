import { contexts, type Context } from '../core/context.ts'

export type Emit = (this: unknown, event: string | symbol, ...args: unknown[]) => boolean

const contextKey = Symbol('riposte.context')
type Marked = { [contextKey]?: Context }

/** The context that an emitter's events belong to. */
export const contextOf = (emitter: object): Context | undefined => (emitter as Marked)[contextKey]

/** From here on the emitter's events run in that context, if it or its class keeps contexts. */
export function setContextOf(emitter: object, context: Context): void {
  ;(emitter as Marked)[contextKey] = context
}

/**
 * Node tells of a body's parts and of an answer's end from the socket, which knows no request: listeners would run in nobody's
 * context, or, on a connection that is kept, in that of its first request. So the emitter brings its own. Next to nothing for an
 * event that comes from within the context already, which is how it is for a request without a body.
 * @param emitter or the prototype of many
 */
export function keepContext(emitter: object): void {
  const target = emitter as { emit: Emit }
  const original = target.emit
  target.emit = function emit() {
    const context = (this as Marked)[contextKey]
    // eslint-disable-next-line prefer-rest-params -- handed on as they came, how many there may be
    const given = arguments as unknown as Parameters<Emit>
    return context === undefined || contexts.getStore() === context
      ? original.apply(this, given)
      : contexts.run(context, emitWith, original, this, given)
  }
}

/** A function of its own, so that running in a context takes no closure. */
export const emitWith = (original: Emit, emitter: unknown, given: Parameters<Emit>): boolean =>
  original.apply(emitter, given)
