import { findSpec } from '@riposte/actions/specs'

/** "web-3 and 4 more". */
export const targetWords = (first: string | undefined, count: number): string =>
  count <= 1 ? (first ?? 'nothing') : `${first ?? ''} and ${count - 1} more`.trimStart()

/** What will happen, as a person would say it. An extension's words stand before the target. */
export function sentenceFor(
  request: { readonly type: string; readonly sentence: string | null },
  parameters: Readonly<Record<string, unknown>>,
  target: string,
): string {
  if (request.sentence !== null) return `${request.sentence} on ${target}`
  return findSpec(request.type)?.sentence(parameters, target) ?? `${request.type} on ${target}`
}
