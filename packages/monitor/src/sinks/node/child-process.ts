import type { ChildProcess } from 'node:child_process'
import type { Operation } from '@riposte/contract/wire'
import path from 'node:path'
import { contexts } from '../../core/context.ts'
import type { Engine } from '../../core/engine.ts'
import { replace } from '../replace.ts'
import type { Sink } from '../sink.ts'

interface SpawnOptions {
  readonly file: string
  readonly args?: readonly string[]
  readonly shell?: boolean | string
}

type Spawn = (this: ChildProcess, options: SpawnOptions) => unknown
type Sync = (this: unknown, ...args: unknown[]) => unknown

/**
 * Every asynchronous form (exec, execFile, spawn, fork, and what libraries make of them) ends in `ChildProcess.prototype.spawn`; the
 * synchronous ones are guarded by name.
 */
export const childProcess: Sink = {
  module: 'node:child_process',
  kinds: ['shell', 'exec'],
  patch: (exports, engine) => {
    const module = exports as { readonly ChildProcess: { readonly prototype: object } }
    replace<Spawn>(module.ChildProcess.prototype, 'spawn', (original) => guardSpawn(original, engine))
    replace<Sync>(module, 'execSync', (original) =>
      guardSync(
        original,
        engine,
        ([command, options]) => inShell((options as { shell?: string } | undefined)?.shell, String(command)),
        (refusal) => {
          throw refusal
        },
      ),
    )
    replace<Sync>(module, 'execFileSync', (original) =>
      guardSync(original, engine, readFileCall, (refusal) => {
        throw refusal
      }),
    )
    replace<Sync>(module, 'spawnSync', (original) =>
      guardSync(original, engine, readFileCall, (error) => ({
        ...{ error, status: null, signal: null, output: null, pid: 0 },
        ...{ stdout: null, stderr: null },
      })),
    )
  },
}

function guardSpawn(original: Spawn, engine: Engine): Spawn {
  return function spawn(options) {
    if (!contexts.getStore()) return original.call(this, options)
    const refusal = engine.judge(() => readSpawn(options))
    return refusal ? refuse(this, original, options, refusal) : original.call(this, options)
  }
}

/** With a shell, Node has put the command behind `-c`, or behind what another shell wants. */
function readSpawn({ file, args = [], shell }: SpawnOptions): Operation {
  const given = args.slice(1).map(String)
  if (shell === undefined || shell === false || !isPosixShell(file)) return { kind: 'exec', file, args: given }
  return { kind: 'shell', command: given.at(-1) ?? '' }
}

const isPosixShell = (file: string): boolean => /^(?:ba|da|z|k|a)?sh$/.test(path.basename(file))

/** A program that cannot be found fails in every form that callers know; only the error is another. */
function refuse(child: ChildProcess, original: Spawn, options: SpawnOptions, refusal: Error): unknown {
  const emit = child.emit.bind(child) as (event: string | symbol, ...args: unknown[]) => boolean
  child.emit = (event: string | symbol, ...args: unknown[]): boolean => {
    if (event !== 'error') return emit(event, ...args)
    // Nobody listens: then the error would end the app, and an attack would have done it.
    return child.listenerCount('error') > 0 && emit('error', refusal)
  }
  return original.call(child, { ...options, file: '', args: [''] })
}

function guardSync(
  original: Sync,
  engine: Engine,
  read: (args: readonly unknown[]) => Operation,
  fail: (refusal: Error) => unknown,
): Sync {
  return function guarded(this: unknown, ...args) {
    if (!contexts.getStore()) return Reflect.apply(original, this, args)
    const refusal = engine.judge(() => read(args))
    return refusal ? fail(refusal) : Reflect.apply(original, this, args)
  }
}

/** `(file, args?, options?)` */
function readFileCall([file, second, third]: readonly unknown[]): Operation {
  const args = Array.isArray(second) ? second.map(String) : []
  const options = (Array.isArray(second) ? third : second) as { readonly shell?: boolean | string } | undefined
  if (options?.shell === undefined || options.shell === false) return { kind: 'exec', file: String(file), args }
  return inShell(options.shell, [String(file), ...args].join(' '))
}

function inShell(shell: boolean | string | undefined, command: string): Operation {
  const file = typeof shell === 'string' ? shell : process.platform === 'win32' ? 'cmd.exe' : 'sh'
  if (isPosixShell(file)) return { kind: 'shell', command }
  return { kind: 'exec', file, args: [...(/cmd/i.test(file) ? ['/d', '/s', '/c'] : ['-Command']), command] }
}
