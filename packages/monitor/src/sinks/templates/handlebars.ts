import type { Engine } from '../../core/engine.ts'
import { replace } from '../replace.ts'
import type { Sink } from '../sink.ts'
import { TemplateDoor } from './template-door.ts'

type Method = (this: unknown, ...args: unknown[]) => unknown
interface Handlebars {
  readonly JavaScriptCompiler?: { readonly prototype: object }
}

const guarded = new WeakSet()

/** `handlebars`: the shared instance, and those that `create` makes. Code is written when a template is first used. */
export const handlebars: Sink = {
  module: 'handlebars',
  kinds: ['template'],
  files: ['dist/cjs/handlebars.js'],
  patch: (exports, engine) => {
    guardInstance(exports, engine)
    const compiler = (exports as Handlebars).JavaScriptCompiler?.prototype
    if (!compiler || guarded.has(compiler)) return
    guarded.add(compiler)
    const door = new TemplateDoor(engine, 'handlebars')
    replace<Method>(compiler, 'compile', (original) => {
      return function compile(this: unknown, ...args) {
        return door.compile(() => Reflect.apply(original, this, args))
      }
    })
  },
}

function guardInstance(instance: unknown, engine: Engine): void {
  if (typeof instance !== 'object' || instance === null || guarded.has(instance)) return
  guarded.add(instance)
  const door = new TemplateDoor(engine, 'handlebars')
  for (const name of ['compile', 'precompile']) {
    replace<Method>(instance, name, (original) => {
      return function compile(this: unknown, template, ...rest) {
        if (typeof template === 'string') door.look(template)
        else
          for (const literal of engine.aside('template', () => forgedLiterals(template)) ?? [])
            door.lookAtOptions({ literal }, ['literal'])
        return Reflect.apply(original, this, [template, ...rest])
      }
    })
  }
  replace<Method>(instance, 'create', (original) => {
    return function create(this: unknown, ...args) {
      const made = Reflect.apply(original, this, args)
      guardInstance(made, engine)
      return made
    }
  })
}

const mostNodes = 10_000

/** A template that was parsed already, as a client may send one: no parser makes a number or a truth value of a text. */
function forgedLiterals(program: unknown): string[] {
  const found: string[] = []
  const rest: unknown[] = [program]
  for (let seen = 0; rest.length > 0 && seen < mostNodes; seen += 1) {
    const node = rest.pop()
    if (typeof node !== 'object' || node === null) continue
    const { type, value } = node as { readonly type?: unknown; readonly value?: unknown }
    if ((type === 'NumberLiteral' || type === 'BooleanLiteral') && typeof value === 'string') found.push(value)
    rest.push(...(Object.values(node) as unknown[]).slice(0, 1_000))
  }
  return found
}
