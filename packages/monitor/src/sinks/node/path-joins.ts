import { contexts, type Context } from '../../core/context.ts'
import { replace } from '../replace.ts'
import type { Sink } from '../sink.ts'

type Join = (this: unknown, ...parts: string[]) => string

/** Of each context: the paths that Node put together for the app, and what they were put together from. */
const joins = new WeakMap<Context, Map<string, string>>()
const mostKept = 64

/**
 * `path.join(base, '../../etc/passwd')` is `/etc/passwd`, in which nothing tells any more that it climbed. What the app wrote is kept
 * beside the result until the path is used; nothing is judged here, since an app may join first and check then.
 */
export const pathJoins: Sink = {
  module: 'node:path',
  kinds: ['file'],
  patch: (exports) => {
    const module = exports as { readonly posix: object; readonly win32: object }
    for (const flavour of new Set([exports as object, module.posix, module.win32])) {
      replace<Join>(flavour, 'join', (original) => keep(original, (parts) => parts))
      // `paths.map(path.normalize)` hands it more than it takes.
      replace<Join>(flavour, 'normalize', (original) => keep(original, (parts) => parts.slice(0, 1)))
      replace<Join>(flavour, 'resolve', (original) => keep(original, fromLastRoot))
    }
  },
}

function keep(original: Join, used: (parts: readonly string[]) => readonly string[]): Join {
  return function join(this: unknown, ...parts) {
    const result = original.apply(this, parts)
    const context = contexts.getStore()
    if (context && parts.some(climbs)) remember(context, result, used(parts))
    return result
  }
}

const climbs = (part: unknown): boolean => typeof part === 'string' && part.includes('..')

/** What stands before an absolute part plays no role in `path.resolve`. */
function fromLastRoot(parts: readonly string[]): readonly string[] {
  const root = parts.findLastIndex((part) => /^(?:[\\/]|[A-Za-z]:[\\/])/.test(part))
  return root === -1 ? [process.cwd(), ...parts] : parts.slice(root)
}

function remember(context: Context, result: string, parts: readonly string[]): void {
  let kept = joins.get(context)
  if (!kept) joins.set(context, (kept = new Map<string, string>()))
  if (kept.size >= mostKept) return
  const written = parts
    .filter((part) => part !== '')
    .map((part) => kept.get(part) ?? part)
    .join('/')
    .replace(/\/{2,}/g, '/')
  if (written !== result) kept.set(result, written)
}

/** The path as the app wrote it, where Node had resolved the `..` in it. */
export function asWritten(context: Context, path: string): string {
  const kept = joins.get(context)
  if (!kept) return path
  const whole = kept.get(path)
  if (whole !== undefined) return whole
  // `path.join(folder, name) + '.png'`
  for (const [result, written] of kept) if (path.startsWith(result)) return written + path.slice(result.length)
  return path
}
