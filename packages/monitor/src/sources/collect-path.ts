import { actsUndecoded, decodeComponent } from './decode-text.ts'
import type { ValueCollector } from './value-collector.ts'

/** A wildcard of a route begins at one of these, and takes the rest. */
const mostRests = 8

/** Each part of the path, and each rest of several parts: whatever a route may have made a parameter of. */
export function collectPath(collector: ValueCollector, path: string): void {
  // `GET http://host/path`, as proxies ask.
  const bare = path.startsWith('/') ? path : (/^[a-z][a-z0-9+.-]*:\/\/[^/]*(\/.*)$/is.exec(path)?.[1] ?? path)
  const raw = bare.split('/', 256).slice(1)
  const parts = raw.map(decodeComponent)
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index] as string
    collector.add('path', `path[${index}]`, part)
    const written = raw[index] as string
    if (part !== written && actsUndecoded(written)) collector.add('path', `path[${index}]`, written)
  }
  for (let index = 0; index < Math.min(parts.length - 1, mostRests); index += 1)
    collector.add('path', `path[${index}…]`, parts.slice(index).join('/'))
}
