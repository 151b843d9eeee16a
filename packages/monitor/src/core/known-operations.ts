import type { Input, Operation } from '@riposte/contract/wire'
import { KnownPages } from './known-pages.ts'
import { KnownStatements } from './known-statements.ts'

/**
 * What the app asks for again and again in the same words, seen to hold nothing of a request: it passes at once. Findings never get
 * in here.
 */
export class KnownOperations {
  readonly #statements = new KnownStatements()
  readonly #pages = new KnownPages()

  has(operation: Operation): boolean {
    const text = ownText(operation)
    if (text !== null) return this.#statements.has(text)
    const page = wholePage(operation)
    return page !== null && this.#pages.has(page)
  }

  /** @param inputs all that came with the request that asked for it */
  remember(operation: Operation, inputs: readonly Input[]): void {
    const text = ownText(operation)
    if (text !== null && !standsIn(text, inputs)) this.#statements.add(text)
    const page = wholePage(operation)
    if (page !== null && this.#pages.isRepeated(page) && !standsIn(page, inputs)) this.#pages.add(page)
  }
}

/** Apps give their statements and templates to be read again and again. */
function ownText(operation: Operation): string | null {
  if (operation.kind === 'sql') return operation.text
  return operation.kind === 'template' && !operation.delimiters ? `${operation.engine}\n${operation.text}` : null
}

const wholePage = (operation: Operation): string | null =>
  operation.kind === 'html' && operation.more !== true && !('place' in operation) ? operation.body : null

/** A plain word changes no statement, and the path of a request often names a table. */
function standsIn(text: string, inputs: readonly Input[]): boolean {
  const lower = text.toLowerCase()
  return inputs.some(({ value }) => !/^\w+$/.test(value) && lower.includes(value.trim().toLowerCase()))
}
