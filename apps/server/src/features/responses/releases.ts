import { findSpec, responseActions, type ResponseActionSpec } from '@riposte/actions/specs'

type Parameters = Readonly<Record<string, unknown>>

/** Types whose containments this type takes back. */
export const releasedTypes = (type: string): string[] =>
  (responseActions as readonly unknown[] as readonly ResponseActionSpec[])
    .filter((spec) => spec.containment && spec.undo.type === type)
    .map(({ id }) => id)

/** Whether a release with these parameters ends that containment; what a release leaves empty holds for all. */
export function releases(
  release: { readonly parameters: Parameters },
  contained: { readonly id: string; readonly type: string; readonly parameters: Parameters },
): boolean {
  const exact = findSpec(contained.type)?.undoParameters?.({
    responseId: contained.id,
    parameters: contained.parameters,
  })
  if (!exact) return false
  return Object.entries(release.parameters).every(([key, value]) => value === null || value === exact[key])
}
