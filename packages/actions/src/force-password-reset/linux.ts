import type * as z from 'zod'
import { ActionFailure, type Evidence, type Executor, type Verdict } from '../executor.ts'
import { expirePassword, isAccountName, missingPrograms, readLocalAccount, type LocalAccount } from './local-account.ts'
import type { forcePasswordReset } from './spec.ts'

/** Below are accounts of the system (login.defs: UID_MIN); 65534 is nobody. */
const firstPersonUid = 1_000
const nobodyUid = 65_534
const dayMs = 86_400_000

const wantedUser = (user: string | null): string => {
  if (user === null)
    throw new ActionFailure('does_not_exist', 'No account was named: a reset on a device is of one local account')
  if (!isAccountName(user)) throw new ActionFailure('does_not_exist', 'That is no name that an account can have')
  return user
}

function refuseProtected(account: LocalAccount): void {
  const { user, uid } = account
  if (uid === 0)
    throw new ActionFailure(
      'protected_target',
      `${user} is root, by which this host is repaired: nobody is to lose that`,
    )
  if (uid < firstPersonUid || uid === nobodyUid)
    throw new ActionFailure('protected_target', `${user} is an account of the system, not of a person`)
  if (account.locked)
    throw new ActionFailure(
      'precondition_changed',
      `No password opens ${user}: to expire it would shut out whoever comes in by a key, for good. Reset the user's sessions instead`,
    )
}

const evidenceOf = (account: LocalAccount, more: Evidence): Evidence => ({
  user: account.user,
  uid: account.uid,
  lastChange: account.lastChange,
  mustChange: account.lastChange === 0,
  ...more,
})

/** A local account must choose a new password at its next sign-in. */
export const linux: Executor<z.output<(typeof forcePasswordReset)['parameters']>> = {
  unavailable: missingPrograms,

  execute: async (job) => {
    const { host, parameters, signal } = job
    const user = wantedUser(parameters.user)
    const before = await readLocalAccount(host, user)
    if (!before) throw new ActionFailure('does_not_exist', `This host has no local account ${user}`)
    refuseProtected(before)
    await job.note({ uid: before.uid, lastChange: before.lastChange })
    if (before.lastChange !== 0) await expirePassword(host, user, signal)
    const after = await readLocalAccount(host, user)
    if (after?.lastChange !== 0)
      throw new ActionFailure(
        'execution_error',
        `chage said that it was done, but ${user} need not change the password`,
      )
    return evidenceOf(after, {
      lastChangeBefore: before.lastChange,
      alreadySo: before.lastChange === 0,
      at: new Date(host.now()).toISOString(),
    })
  },

  verify: async ({ host, parameters }, evidence): Promise<Verdict> => {
    const user = wantedUser(parameters.user)
    const account = await readLocalAccount(host, user)
    if (!account) return { result: 'failed', detail: `The account ${user} is gone`, evidence: {} }
    const seen = evidenceOf(account, {})
    if (account.uid !== evidence['uid'])
      return { result: 'failed', detail: `${user} is another account now`, evidence: seen }
    if (account.lastChange === 0)
      return { result: 'passed', detail: `${user} must change the password at the next sign-in`, evidence: seen }
    const doneAt = Date.parse(typeof evidence['at'] === 'string' ? evidence['at'] : '')
    // The file tells days, by the host's own clock: a day of difference is no proof of anything.
    const since = Math.floor(doneAt / dayMs) - 1
    if (
      account.lastChange !== null &&
      account.lastChange >= since &&
      account.lastChange !== evidence['lastChangeBefore']
    )
      return { result: 'passed', detail: `${user} has chosen a new password since`, evidence: seen }
    if (account.lastChange !== null && account.lastChange >= since)
      return {
        result: 'inconclusive',
        detail: `The password of ${user} is of the day of the reset: chosen anew, or the reset was taken back`,
        evidence: seen,
      }
    return { result: 'failed', detail: `Somebody took it back: ${user} need not change the password`, evidence: seen }
  },

  reconcile: async ({ host, parameters }, notes) => {
    const user = wantedUser(parameters.user)
    const before = notes.at(-1)
    const account = await readLocalAccount(host, user)
    if (!before || !account) return { state: 'not_applied', detail: 'It had not begun' }
    if (account.uid !== before['uid']) return { state: 'unknown', detail: `${user} is another account now` }
    if (account.lastChange === 0)
      return {
        state: 'applied',
        evidence: evidenceOf(account, {
          lastChangeBefore: before['lastChange'],
          alreadySo: before['lastChange'] === 0,
          at: new Date(host.now()).toISOString(),
        }),
      }
    if (account.lastChange === before['lastChange'])
      return { state: 'not_applied', detail: `${user} need not change the password` }
    return { state: 'unknown', detail: `The password of ${user} was changed, before or after the reset` }
  },
}
