import { BlockedError } from '../../core/blocked-error.ts'
import { replace } from '../replace.ts'
import type { Sink } from '../sink.ts'
import { lastCallback, type Method } from '../statement-door.ts'
import { ownDelimiters, TemplateDoor } from './template-door.ts'

interface Class {
  readonly prototype: object
}
interface Nunjucks {
  readonly Template?: Class
  readonly Environment?: Class
}
interface Template {
  readonly tmplStr?: unknown
}
interface Environment {
  readonly opts?: { readonly tags?: unknown } | null
}

const tags = {
  ...{ blockStart: '{%', blockEnd: '%}', variableStart: '{{', variableEnd: '}}' },
  ...{ commentStart: '{#', commentEnd: '#}' },
}

/** `nunjucks`: texts that are rendered, compiled, or made a template of. Those that a loader reads become templates too. */
export const nunjucks: Sink = {
  module: 'nunjucks',
  kinds: ['template'],
  files: ['index.js'],
  patch: (exports, engine) => {
    const { Template, Environment } = exports as Nunjucks
    if (!Template || !Environment) throw new Error('this nunjucks has no Template')
    const door = new TemplateDoor(engine, 'nunjucks')
    const look = (source: unknown, environment: unknown): void => {
      const text = typeof source === 'object' && source !== null ? (source as { readonly obj?: unknown }).obj : source
      door.look(text, () => ownDelimiters((environment as Environment | undefined)?.opts?.tags, tags))
    }
    replace<Method>(Environment.prototype, 'renderString', (original) => {
      return function renderString(this: unknown, ...args) {
        try {
          look(args[0], this)
        } catch (error) {
          const callback = lastCallback(args)
          if (!callback || !(error instanceof BlockedError)) throw error
          process.nextTick(callback, error)
          return undefined
        }
        return Reflect.apply(original, this, args)
      }
    })
    replace<Method>(Template.prototype, 'init', (original) => {
      return function init(this: unknown, ...args) {
        look(args[0], args[1])
        return Reflect.apply(original, this, args)
      }
    })
    replace<Method>(Template.prototype, '_compile', (original) => {
      return function compile(this: unknown, ...args) {
        return typeof (this as Template).tmplStr === 'string'
          ? door.compile(() => Reflect.apply(original, this, args))
          : Reflect.apply(original, this, args)
      }
    })
    replace<Method>(exports as object, 'precompileString', (original) => {
      return function precompileString(this: unknown, ...args) {
        look(args[0], (args[1] as { readonly env?: unknown } | undefined)?.env)
        return Reflect.apply(original, this, args)
      }
    })
  },
}
