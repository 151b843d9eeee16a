import type { Entry } from 'ldapts'
import { LdapFailure, withLdap, type LdapSession, type LdapSettings } from './ldap-session.ts'

const limitMs = 30_000

/** What a directory says of a password: to be changed, or when it was. */
export interface LdapPasswordState {
  readonly mustChange: boolean
  /** By which attribute. */
  readonly by: 'pwdReset' | 'pwdLastSet' | null
  readonly changedAt: string | null
}

const stateAttributes = ['pwdReset', 'pwdChangedTime', 'pwdLastSet']
/** Schema or server does not know it; or it does and answers in its own way. */
const notThisWay = new Set([16, 17, 19, 53, 65])

/** Makes the directory ask for a new password at the next sign-in. Doing it twice does no harm. @returns what the entry says after @throws LdapFailure */
export const resetLdapAccount = (
  settings: LdapSettings,
  password: string | null,
  dn: string,
): Promise<LdapPasswordState> =>
  withLdap(settings, password, limitMs, async (session) => {
    const ways = {
      ppolicy: () => session.replace(dn, 'pwdReset', 'TRUE'),
      active_directory: () => session.replace(dn, 'pwdLastSet', '0'),
    }
    if (settings.resetBy !== 'auto') await ways[settings.resetBy]()
    else
      await ways
        .ppolicy()
        .catch((error: unknown) => (isNotThisWay(error) ? ways.active_directory() : Promise.reject(error as Error)))
    const state = await readState(session, dn)
    if (!state.mustChange)
      throw new LdapFailure(
        'The directory took the change, but its entry does not say that the password must be changed',
      )
    return state
  })

export const readLdapAccount = (
  settings: LdapSettings,
  password: string | null,
  dn: string,
): Promise<LdapPasswordState> => withLdap(settings, password, limitMs, (session) => readState(session, dn))

const isNotThisWay = (error: unknown): boolean => {
  const { code } = error as { code?: unknown }
  return typeof code === 'number' && notThisWay.has(code)
}

async function readState(session: LdapSession, dn: string): Promise<LdapPasswordState> {
  const [entry] = await session.search(dn, {
    filter: '(objectClass=*)',
    scope: 'base',
    attributes: stateAttributes,
    most: 1,
  })
  if (!entry) throw new LdapFailure(`There is no entry ${dn} any more`, 32)
  return judgeEntry(entry)
}

/** Seconds between 1601, from which Active Directory counts in tenths of microseconds, and 1970. */
const fileTimeEpochS = 11_644_473_600

export function judgeEntry(entry: Entry): LdapPasswordState {
  const first = (name: string): string => {
    const key = Object.keys(entry).find((known) => known.toLowerCase() === name.toLowerCase())
    const value: unknown = key === undefined ? '' : entry[key]
    const one: unknown = Array.isArray(value) ? value[0] : value
    return typeof one === 'string' ? one : ''
  }
  const lastSet = first('pwdLastSet')
  if (first('pwdReset').toUpperCase() === 'TRUE') return { mustChange: true, by: 'pwdReset', changedAt: null }
  if (lastSet === '0') return { mustChange: true, by: 'pwdLastSet', changedAt: null }
  if (/^\d{1,18}$/.test(lastSet)) {
    const ms = (Number(lastSet) / 10_000_000 - fileTimeEpochS) * 1_000
    return {
      mustChange: false,
      by: null,
      changedAt: Number.isFinite(ms) ? new Date(Math.round(ms)).toISOString() : null,
    }
  }
  return { mustChange: false, by: null, changedAt: readGeneralizedTime(first('pwdChangedTime')) }
}

/** `20261121105959Z`, or with a fraction. */
function readGeneralizedTime(text: string): string | null {
  const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:\.\d{1,9})?Z$/.exec(text)
  if (!parts) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number)
  const ms = Date.UTC(year, month - 1, day, hour, minute, second)
  return Number.isFinite(ms) ? new Date(ms).toISOString() : null
}
