import type { Input } from '@riposte/contract'

/** Inputs as a running app's requests give them, for tests: no null, no boolean, no empty text; only names with signs in them. */
export function asTheSdkSees(request: object): Input[] {
  const found: Input[] = []
  const walk = (source: string, value: unknown, path: string): void => {
    if (typeof value === 'string' || typeof value === 'number') {
      if (value !== '') found.push({ source, path, value: String(value) })
    } else if (Array.isArray(value)) value.forEach((item, index) => walk(source, item, `${path}[${index}]`))
    else if (typeof value === 'object' && value !== null) {
      for (const [key, child] of Object.entries(value)) {
        const at = path === '' ? key : `${path}.${key}`
        if (/[^A-Za-z0-9_]/.test(key)) found.push({ source, path: `${at} (name)`, value: key })
        walk(source, child, at)
      }
    }
  }
  for (const [source, part] of Object.entries(request)) walk(source, part, '')
  return found
}
