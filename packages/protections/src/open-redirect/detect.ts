import type { Input, OperationOf } from '@riposte/contract'
import { defaultSettings, type Finding, type SettingsOf } from '../define.ts'
import { claimTarget } from './claim.ts'
import { isListed } from './domains.ts'
import { spec } from './spec.ts'
import { readTarget } from './target.ts'

const longestLocation = 65_536

/** Does the redirect lead to another site, and did the request choose which? */
export function detect(
  operation: OperationOf<'redirect'>,
  inputs: readonly Input[],
  settings: SettingsOf<typeof spec.settings> = defaultSettings(spec.settings),
): Finding | null {
  if (operation.location.length > longestLocation) return null
  const target = readTarget(operation.location, operation.host)
  if (!target || isListed(settings.allowedDomains, target)) return null
  const claim = claimTarget(target, inputs)
  if (!claim) return null
  const isScript = /^(?:javascript|data|vbscript):$/.test(target.scheme)
  return {
    confidence: claim.confidence,
    reason: isScript
      ? 'A value from the request made a redirect lead to a script.'
      : 'A value from the request made a redirect lead to another site.',
    input: claim.input,
    inputSpan: null,
    operationSpan: spanIn(operation.location, claim.span),
  }
}

/** Of a location from which nothing had to be taken out. */
const spanIn = (location: string, span: Finding['operationSpan']): Finding['operationSpan'] =>
  /[\0-\x20]/.test(location) ? null : span
