import type { PersonSource } from '@riposte/contract'
import type { DirectoryPerson } from './read-entry.ts'

export interface SyncKnown {
  readonly id: string
  readonly email: string
  readonly user_name: string | null
  readonly external_id: string | null
  readonly source: PersonSource
  readonly connector_id: string | null
  readonly active: boolean
}

/** `person`: as the directory says. `id` null: a new one. */
export interface SyncChange {
  readonly id: string | null
  readonly person: DirectoryPerson
}

export interface SyncPlan {
  /** Made, or taken over from what was typed or imported. */
  readonly keep: readonly SyncChange[]
  /** Kept elsewhere: only the account here is noted. */
  readonly accounts: readonly { readonly id: string; readonly dn: string }[]
  readonly deactivate: readonly string[]
  /** Doubled addresses in the directory itself. */
  readonly skipped: number
  /** User names that somebody else has: left empty. */
  readonly userNamesTaken: number
  /** Too many would go at once: somebody should look first. */
  readonly deactivationHeld: number
}

const fewestForHold = 20

/** What a full reading of a directory changes. */
export function planSync(
  connectorId: string,
  deactivateMissing: boolean,
  entries: readonly DirectoryPerson[],
  known: readonly SyncKnown[],
): SyncPlan {
  const own = known.filter((person) => person.connector_id === connectorId)
  const byId = new Map(own.map((person) => [person.external_id ?? '', person]))
  const byEmail = new Map(known.map((person) => [person.email, person]))
  const userNames = new Map(
    known.flatMap((person) =>
      person.user_name === null ? [] : [[person.user_name.toLowerCase(), person.id] as const],
    ),
  )
  const keep: SyncChange[] = []
  const accounts: { id: string; dn: string }[] = []
  const seen = new Set<string>()
  const emails = new Set<string>()
  let skipped = 0
  let userNamesTaken = 0
  for (const entry of entries) {
    const sameEmail = byEmail.get(entry.email)
    const same =
      byId.get(entry.external_id) ?? (sameEmail && mayTakeOver(sameEmail, connectorId) ? sameEmail : undefined)
    const clash = sameEmail !== undefined && sameEmail.id !== same?.id
    if (emails.has(entry.email) || (same && seen.has(same.id))) {
      skipped += 1
      continue
    }
    emails.add(entry.email)
    if (same) seen.add(same.id)
    if (clash) {
      // Whoever has the address is who a reset would reach.
      accounts.push({ id: sameEmail.id, dn: entry.dn })
      continue
    }
    const lower = entry.user_name?.toLowerCase()
    const owner = lower === undefined ? undefined : userNames.get(lower)
    const taken = owner !== undefined && owner !== same?.id
    if (taken) userNamesTaken += 1
    else if (lower !== undefined) userNames.set(lower, same?.id ?? entry.external_id)
    keep.push({ id: same?.id ?? null, person: { ...entry, user_name: taken ? null : entry.user_name } })
  }
  const missing = findMissing(deactivateMissing ? own.filter((person) => person.active) : [], seen)
  return {
    keep,
    accounts,
    ...missing,
    skipped,
    userNamesTaken,
  }
}

function findMissing(
  active: readonly SyncKnown[],
  seen: ReadonlySet<string>,
): Pick<SyncPlan, 'deactivate' | 'deactivationHeld'> {
  const missing = active.filter((person) => !seen.has(person.id)).map(({ id }) => id)
  const held = active.length >= fewestForHold && missing.length > active.length / 2
  return held ? { deactivate: [], deactivationHeld: missing.length } : { deactivate: missing, deactivationHeld: 0 }
}

/** What a person typed or imported goes over to the directory; what another directory keeps stays there. */
const mayTakeOver = (person: SyncKnown, connectorId: string): boolean =>
  person.source === 'manual' || person.source === 'csv' || person.connector_id === connectorId
