import type { Engine } from '../../core/engine.ts'
import { replace } from '../replace.ts'
import type { Sink } from '../sink.ts'
import type { Method } from '../statement-door.ts'
import { TemplateDoor } from './template-door.ts'

interface Settings {
  readonly escape?: unknown
  readonly evaluate?: unknown
  readonly interpolate?: unknown
  readonly variable?: unknown
  readonly imports?: unknown
}
interface Lodash {
  readonly templateSettings?: Settings
}

const patterns = ['escape', 'evaluate', 'interpolate'] as const
const usual = new Set(['<%-([\\s\\S]+?)%>', '<%([\\s\\S]+?)%>', '<%=([\\s\\S]+?)%>'])

/** `_.template` of lodash, of its copies, and of its build for functional code. */
export const lodash: Sink = {
  module: 'lodash',
  kinds: ['template'],
  files: ['lodash.js', 'lodash.min.js', 'template.js'],
  mustComeFirst: ['template.js'],
  patch: (exports, engine, file) => {
    if (file !== 'template.js') guardCopy(exports, engine)
  },
  replacement: (exports, engine, file) => (file === 'template.js' ? guardFunction(exports as Method, engine) : null),
}

/** The same function as a package of its own. */
export const lodashTemplate: Sink = {
  module: 'lodash.template',
  kinds: ['template'],
  files: ['index.js'],
  mustComeFirst: ['index.js'],
  patch: () => undefined,
  replacement: (exports, engine) => guardFunction(exports as Method, engine),
}

const guarded = new WeakSet()

function guardCopy(copy: unknown, engine: Engine): void {
  if (typeof copy !== 'function' || guarded.has(copy)) return
  guarded.add(copy)
  replace<Method>(copy, 'template', (original) => guardFunction(original, engine, copy as Lodash))
  replace<Method>(copy, 'runInContext', (original) => {
    return function runInContext(this: unknown, ...args) {
      const made = Reflect.apply(original, this, args)
      guardCopy(made, engine)
      return made
    }
  })
}

function guardFunction(original: Method, engine: Engine, copy?: Lodash): Method {
  const door = new TemplateDoor(engine, 'lodash')
  return Object.assign(function template(this: unknown, ...args: unknown[]): unknown {
    const options = typeof args[1] === 'object' && args[1] !== null ? (args[1] as Settings) : undefined
    door.look(args[0], () => ownPatterns(options, copy?.templateSettings))
    door.lookAtOptions(options, ['variable'])
    return door.compile(() => Reflect.apply(original, this, args))
  }, original)
}

/** Sources of the patterns that are not the usual ones. */
function ownPatterns(
  options: Settings | undefined,
  settings: Settings | undefined,
): Record<string, string> | undefined {
  const own: Record<string, string> = {}
  for (const name of patterns) {
    const pattern = options?.[name] ?? settings?.[name]
    if (pattern instanceof RegExp && !usual.has(pattern.source)) own[name] = pattern.source
  }
  return Object.keys(own).length > 0 ? own : undefined
}
