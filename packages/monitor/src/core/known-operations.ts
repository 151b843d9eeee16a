import type { Input, Operation, Span } from '@riposte/contract/wire'
import type { Context } from './context.ts'
import { KnownPages } from './known-pages.ts'
import { KnownStatements } from './known-statements.ts'

/**
 * What the app asks for again and again in the same words, seen to hold nothing of a request, and pages with the same markup: they
 * pass at once. Findings never get in here.
 */
export class KnownOperations {
  readonly #statements = new KnownStatements()
  readonly #pages = new KnownPages()
  readonly #asksPages: boolean

  /** @param asksPages whether a page that differs only in words may pass: not where others than ours read pages */
  constructor(asksPages: boolean) {
    this.#asksPages = asksPages
  }

  has(operation: Operation): boolean {
    const text = ownText(operation)
    return text !== null && this.#statements.has(text)
  }

  /** The part of a page that is not known; null where all of it is. @param page as text or as bytes in UTF-8 */
  newInPage(page: string | Buffer, context: Context): Span | null {
    return this.#asksPages ? this.#pages.newIn(context.path ?? '', page) : { start: 0, end: page.length }
  }

  /** Whether what follows a beginning of a page decides whether it is known. */
  mayGoOn(beginning: string, context: Context): boolean {
    return this.#asksPages && this.#pages.beginsAs(context.path ?? '', beginning)
  }

  /** @param inputs all that came with the request that asked for it */
  remember(operation: Operation, context: Context, inputs: readonly Input[]): void {
    const text = ownText(operation)
    if (text !== null && !standsIn(text, inputs)) this.#statements.add(text)
    const page = this.#asksPages ? wholePage(operation) : null
    if (page !== null) this.#pages.add(context.path ?? '', page)
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
