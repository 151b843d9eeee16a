import type { ReadStream } from 'node:fs'
import type { Operation } from '@riposte/contract/wire'
import { bindContext, contexts, type Context } from '../../core/context.ts'
import type { BlockedError } from '../../core/blocked-error.ts'
import type { Engine } from '../../core/engine.ts'
import { replace } from '../replace.ts'
import { settle, type Verdict } from '../settle.ts'
import type { Sink } from '../sink.ts'
import { asWritten } from './path-joins.ts'

type Call = (this: unknown, ...args: unknown[]) => unknown

/** Functions of `fs` by how many paths they take first; each may exist with a callback, as `…Sync`, and as a promise. */
const pathsOf: Readonly<Record<string, 1 | 2>> = {
  ...{ access: 1, appendFile: 1, chmod: 1, chown: 1, lchmod: 1, lchown: 1, lutimes: 1, lstat: 1, mkdir: 1, mkdtemp: 1 },
  ...{
    open: 1,
    openAsBlob: 1,
    opendir: 1,
    readdir: 1,
    readFile: 1,
    readlink: 1,
    realpath: 1,
    rm: 1,
    rmdir: 1,
    stat: 1,
  },
  ...{ statfs: 1, truncate: 1, unlink: 1, utimes: 1, watch: 1, watchFile: 1, writeFile: 1 },
  ...{ copyFile: 2, cp: 2, link: 2, rename: 2, symlink: 2 },
}

export const fileSystem: Sink = {
  module: 'node:fs',
  kinds: ['file'],
  patch: (exports, engine) => {
    const fs = exports as { readonly promises: object }
    for (const [name, paths] of Object.entries(pathsOf)) {
      if (name !== 'openAsBlob' && name !== 'watch' && name !== 'watchFile')
        replace<Call>(fs, name, (original) => guardLater(original, paths, engine, byCallback))
      replace<Call>(fs, `${name}Sync`, (original) => guard(original, paths, engine, byThrow))
      if (name !== 'watch')
        replace<Call>(fs.promises, name, (original) => guardLater(original, paths, engine, byRejection))
    }
    replace<Call>(fs, 'openAsBlob', (original) => guard(original, 1, engine, byRejection))
    for (const name of ['watch', 'watchFile'])
      replace<Call>(fs, name, (original) => guard(original, 1, engine, byThrow))
    // These two say no and never fail.
    replace<Call>(fs, 'existsSync', (original) => guard(original, 1, engine, () => false))
    replace<Call>(fs, 'exists', (original) =>
      guard(original, 1, engine, (_, args) => answer(args, (callback) => callback(false))),
    )
    for (const name of ['createReadStream', 'createWriteStream'])
      replace<Call>(fs, name, (original) =>
        guard(original, 1, engine, (refusal, args, self) => failedStream(original, refusal, args, self)),
      )
    for (const name of ['realpath', 'realpathSync']) {
      const owner = (exports as Record<string, object | undefined>)[name]
      if (owner)
        replace<Call>(owner, 'native', (original) =>
          guard(original, 1, engine, name === 'realpath' ? byCallback : byThrow),
        )
    }
  },
}

/** How a call that is refused fails. */
type Fail = (refusal: BlockedError, args: readonly unknown[], self: unknown) => unknown

const byThrow: Fail = (refusal) => {
  throw refusal
}
const byRejection: Fail = (refusal) => Promise.reject(refusal)
const byCallback: Fail = (refusal, args) => answer(args, (callback) => callback(refusal))

function answer(args: readonly unknown[], call: (callback: (value: unknown) => unknown) => unknown): undefined {
  const callback = args.at(-1)
  if (typeof callback === 'function') process.nextTick(call, bindContext(callback as (value: unknown) => unknown))
}

/** A stream of the app's own kind, whose file cannot be opened. Without listeners its error must not end the app. */
function failedStream(original: Call, refusal: Error, [path, given]: readonly unknown[], self: unknown): unknown {
  const options = typeof given === 'string' ? { encoding: given } : (given as object | undefined)
  const refuse = (...args: unknown[]): void => {
    const callback = args.at(-1)
    if (typeof callback === 'function') process.nextTick(callback, refusal)
  }
  const fs = { open: refuse, read: refuse, write: refuse, writev: refuse, close: refuse }
  const stream = original.call(self, path, { ...options, fs }) as ReadStream
  return stream.on('error', () => undefined)
}

function guard(original: Call, paths: 1 | 2, engine: Engine, fail: Fail): Call {
  return function guarded(this: unknown, ...args) {
    const context = contexts.getStore()
    if (!context) return Reflect.apply(original, this, args)
    const judge = (operation: () => Operation): BlockedError | null => engine.judge(operation)
    const refusal = judgePath(context, args[0], judge) ?? (paths === 2 ? judgePath(context, args[1], judge) : null)
    return refusal ? fail(refusal, args, this) : Reflect.apply(original, this, args)
  }
}

/** For callers who wait for an answer anyway. */
function guardLater(original: Call, paths: 1 | 2, engine: Engine, fail: Fail): Call {
  return function guarded(this: unknown, ...args) {
    const context = contexts.getStore()
    if (!context) return Reflect.apply(original, this, args)
    const verdict = judgeLater(context, engine, paths === 2 ? args.slice(0, 2) : [args[0]])
    if (verdict === null) return Reflect.apply(original, this, args)
    const settled = settle(
      verdict,
      () => Reflect.apply(original, this, args),
      (refusal) => fail(refusal, args, this),
    )
    return fail === byCallback ? undefined : settled
  }
}

function judgeLater(context: Context, engine: Engine, [first, second]: readonly unknown[]): Verdict {
  const verdict = judgePath(context, first, (operation) => engine.judgeInTime(operation))
  if (second === undefined) return verdict
  const judgeSecond = (): Verdict => judgePath(context, second, (operation) => engine.judgeInTime(operation))
  if (verdict === null) return judgeSecond()
  return verdict instanceof Promise ? verdict.then((refusal) => refusal ?? judgeSecond()) : verdict
}

/** What passed last in a context: `writeFile` asks `open` in its turn. */
const passed = new WeakMap<Context, string>()

function judgePath<V extends Verdict>(
  context: Context,
  given: unknown,
  judge: (operation: () => Operation) => V,
): V | null {
  const path = textOf(given)
  if (path === null || (!context.blocked && passed.get(context) === path)) return null
  const verdict = judge(() => ({ kind: 'file', path: asWritten(context, path) }))
  if (verdict === null) passed.set(context, path)
  return verdict
}

/** Descriptors and what is no path at all are left to Node. */
function textOf(given: unknown): string | null {
  if (typeof given === 'string') return given
  if (given instanceof URL) return given.href
  return Buffer.isBuffer(given) ? given.toString() : null
}
