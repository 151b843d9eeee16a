import type { Host } from '@riposte/actions'
import type { DeviceIdentity } from '@riposte/uplink/device'
import type { Journal } from './journal.ts'
import { checkReleaseCode } from './release-code.ts'

export interface BreakGlassParts {
  readonly identity: Pick<DeviceIdentity, 'deviceId' | 'releaseSecret'>
  readonly journal: Journal
  readonly host: Host
  /** Ends isolation and blocks. @returns the responses that held them */
  readonly release: (host: Host) => Promise<readonly string[]>
}

export type BreakGlassAnswer =
  { readonly is: 'released'; readonly responses: readonly string[] } | { readonly is: 'refused'; readonly why: string }

/** Gives the network back without the control plane, which hears of it as soon as it can be reached. */
export async function breakGlass(code: string, parts: BreakGlassParts): Promise<BreakGlassAnswer> {
  const { journal, host } = parts
  const checked = checkReleaseCode(code, { ...parts.identity, now: host.now(), used: journal.state.nonces })
  if (checked.is === 'refused') return checked
  // Before the code is used up: should we die in between, it must still open.
  const responses = await parts.release(host)
  journal.released(
    checked.nonce,
    `A break-glass code was used on the host (nonce ${checked.nonce}): ${responses.length === 0 ? 'nothing was held' : `ended ${responses.join(', ')}`}`.slice(
      0,
      4_000,
    ),
  )
  for (const actionId of responses)
    if (journal.action(actionId)?.hold)
      journal.hold(actionId, 'ended', {
        kind: 'containment',
        state: 'ended',
        repaired: false,
        detail: 'Ended on the host by a break-glass code.',
      })
  return { is: 'released', responses }
}
