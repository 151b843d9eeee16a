import { createHmac, timingSafeEqual } from 'node:crypto'
import { readReleaseCode, releaseCodeCovers, releaseTagDigits } from '@riposte/contract'

export type ReleaseAnswer =
  | { readonly is: 'valid'; readonly nonce: string; readonly notAfter: number }
  | { readonly is: 'refused'; readonly why: string }

/** Whether what somebody typed ends the containments of this device: made for it, not over, not used before. */
export function checkReleaseCode(
  typed: string,
  facts: {
    readonly deviceId: string
    /** base64 */
    readonly releaseSecret: string
    /** Unix milliseconds. */
    readonly now: number
    readonly used: ReadonlySet<string>
  },
): ReleaseAnswer {
  const refused = (why: string): ReleaseAnswer => ({ is: 'refused', why })
  const read = readReleaseCode(typed)
  if (read.is === 'mistyped') return refused(`That is not a code: ${read.why}.`)
  const { notAfter, nonce, tag } = read.code
  const expected = createHmac('sha256', Buffer.from(facts.releaseSecret, 'base64'))
    .update(releaseCodeCovers(facts.deviceId, { notAfter, nonce }))
    .digest('hex')
    .slice(0, releaseTagDigits)
  // Both are hex digits of one length.
  if (!timingSafeEqual(Buffer.from(tag), Buffer.from(expected)))
    return refused('That code was not made for this device; make one on its page in the console.')
  if (facts.now > notAfter)
    return refused(`That code could be used until ${new Date(notAfter).toISOString()}; make a new one.`)
  if (facts.used.has(nonce)) return refused('That code was used already; make a new one.')
  return { is: 'valid', nonce, notAfter }
}
