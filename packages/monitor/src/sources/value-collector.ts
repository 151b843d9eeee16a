import type { Input } from '@riposte/contract'
import type { Limits } from '../core/limits.ts'

/** Gathers values and names up to the limits. */
export class ValueCollector {
  readonly inputs: Input[] = []
  cut = false
  readonly #limits: Limits

  constructor(limits: Limits) {
    this.#limits = limits
  }

  add(source: string, path: string, value: string): void {
    if (value === '') return
    if (this.inputs.length >= this.#limits.values) {
      this.cut = true
      return
    }
    if (value.length > this.#limits.valueLength) this.cut = true
    this.inputs.push({
      source,
      path,
      value: value.length > this.#limits.valueLength ? value.slice(0, this.#limits.valueLength) : value,
    })
  }

  /** A name that the client chose is an input too. */
  addName(source: string, path: string, name: string): void {
    if (/[^A-Za-z0-9_]/.test(name)) this.add(source, `${path} (name)`, name)
  }

  /** Every leaf of a parsed value, depth first. Getters that throw and keys such as `__proto__` are only data here. */
  addTree(source: string, value: unknown, path = '', depth = 0): void {
    if (typeof value === 'string') {
      this.add(source, path, value)
      return
    }
    if (typeof value === 'number' || typeof value === 'bigint') {
      this.add(source, path, String(value))
      return
    }
    if (typeof value !== 'object' || value === null) return
    if (depth >= this.#limits.depth || this.inputs.length >= this.#limits.values) {
      this.cut = true
      return
    }
    if (Buffer.isBuffer(value) || ArrayBuffer.isView(value)) return
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length && !this.cut; index += 1)
        this.addTree(source, value[index], `${path}[${index}]`, depth + 1)
      return
    }
    for (const key of Object.keys(value)) {
      const child = path === '' ? key : `${path}.${key}`
      this.addName(source, child, key)
      this.addTree(source, readProperty(value, key), child, depth + 1)
    }
  }
}

function readProperty(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key]
  } catch {
    // The app's getter, not ours: what it throws is nobody's input.
    return undefined
  }
}
