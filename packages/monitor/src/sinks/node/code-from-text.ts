import vm from 'node:vm'
import type { Engine } from '../../core/engine.ts'
import { contexts } from '../../core/context.ts'
import { replace } from '../replace.ts'
import type { Sink } from '../sink.ts'

type Run = (this: unknown, code: unknown, ...rest: unknown[]) => unknown
type Constructor = new (...args: unknown[]) => object

/** `vm` in all forms. */
export const virtualMachines: Sink = {
  module: 'node:vm',
  kinds: ['code'],
  patch: (exports, engine) => {
    const vm = exports as { Script: Constructor; SourceTextModule?: Constructor }
    for (const name of ['runInThisContext', 'runInNewContext', 'runInContext', 'compileFunction']) {
      replace<Run>(vm, name, (original) => {
        return function run(this: unknown, code, ...rest) {
          refuseCode(engine, code)
          return Reflect.apply(original, this, [code, ...rest])
        }
      })
    }
    vm.Script = guardConstructor(vm.Script, engine, ([code]) => code)
    if (vm.SourceTextModule) vm.SourceTextModule = guardConstructor(vm.SourceTextModule, engine, ([code]) => code)
  },
}

/** `new Worker(code, { eval: true })`, and a `data:` address, which is code as well. */
export const workerThreads: Sink = {
  module: 'node:worker_threads',
  kinds: ['code'],
  patch: (exports, engine) => {
    const module = exports as { Worker: Constructor }
    module.Worker = guardConstructor(module.Worker, engine, ([code, options]) => {
      if ((options as { eval?: boolean } | undefined)?.eval === true) return code
      const address = code instanceof URL ? code.href : null
      return address?.startsWith('data:') ? decodeURIComponent(address.slice(address.indexOf(',') + 1)) : null
    })
  },
}

/** `Function(…)` and its kin for async functions and generators, by name and as anybody's `constructor`. */
export function guardFunctionConstructors(scope: { Function: FunctionConstructor }, engine: Engine): void {
  const samples = ['() => undefined', 'async () => undefined', 'function* () {}', 'async function* () {}'].map(
    (code) => Object.getPrototypeOf(vm.runInThisContext(`(${code})`)) as object,
  )
  for (const prototype of samples) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, 'constructor')
    if (!descriptor) continue
    const guarded = new Proxy(descriptor.value as FunctionConstructor, {
      apply: (target, self, parts: unknown[]) => {
        refuseParts(engine, parts)
        return Reflect.apply(target, self, parts) as unknown
      },
      construct: (target, parts: unknown[], made) => {
        refuseParts(engine, parts)
        return Reflect.construct(target, parts, made) as object
      },
    })
    Object.defineProperty(prototype, 'constructor', { ...descriptor, value: guarded })
    if (prototype === Function.prototype) scope.Function = guarded
  }
}

/** Parameters first, then the body. Each is code by itself, so that none may reach into the next. */
function refuseParts(engine: Engine, parts: readonly unknown[]): void {
  if (!contexts.getStore()) return
  for (const part of parts) refuseCode(engine, part)
}

/** @throws BlockedError when the text must not become code */
export function refuseCode(engine: Engine, code: unknown): void {
  if (typeof code !== 'string' || !contexts.getStore()) return
  const refusal = engine.judge({ kind: 'code', text: code })
  if (refusal) throw refusal
}

function guardConstructor(
  original: Constructor,
  engine: Engine,
  codeOf: (args: readonly unknown[]) => unknown,
): Constructor {
  return new Proxy(original, {
    construct: (target, args: unknown[], made) => {
      if (contexts.getStore())
        refuseCode(
          engine,
          engine.aside('code', () => codeOf(args)),
        )
      return Reflect.construct(target, args, made) as object
    },
  })
}
