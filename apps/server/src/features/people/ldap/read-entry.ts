import type { LdapAttributes } from '@riposte/contract'
import type { Entry } from 'ldapts'
import type * as z from 'zod'
import { PersonEmail } from '@riposte/contract'
import { storable } from '../../../platform/http/storable.ts'

export type AttributeMap = z.output<typeof LdapAttributes>

/** A person as a directory tells of them. */
export interface DirectoryPerson {
  readonly external_id: string
  readonly dn: string
  readonly name: string
  readonly email: string
  readonly user_name: string | null
  readonly department: string | null
  readonly manager: string | null
  readonly active: boolean
}

const longest = 200
const accountDisabled = 2

/** Attributes to ask for, besides those that only tell of the account's state. */
export const wantedAttributes = (map: AttributeMap): string[] => [
  ...new Set([...Object.values(map), 'userAccountControl']),
]

/** @returns null for an entry without id, name or mail address: no person that could be told anything */
export function readEntry(entry: Entry, map: AttributeMap): DirectoryPerson | null {
  const read = (name: string): string | null => {
    const wanted = name.toLowerCase()
    const key = Object.keys(entry).find((known) => known.toLowerCase() === wanted)
    const value: unknown = key === undefined ? undefined : entry[key]
    const first: unknown = Array.isArray(value) ? value[0] : value
    const text = Buffer.isBuffer(first)
      ? first.toString('hex')
      : typeof first === 'string'
        ? storable(first).trim()
        : ''
    return text === '' ? null : text.slice(0, longest)
  }
  const id = read(map.id)
  const email = PersonEmail.safeParse(read(map.email) ?? '')
  const name = read(map.name)
  if (id === null || name === null || !email.success || entry.dn.length > 1_000) return null
  const manager = read(map.manager)
  return {
    external_id: id,
    dn: storable(entry.dn),
    name,
    email: email.data,
    user_name: read(map.userName),
    department: read(map.department),
    manager: manager === null ? null : nameOfDn(manager),
    active: (Number(read('userAccountControl') ?? 0) & accountDisabled) === 0,
  }
}

/** `cn=Maya Jones,ou=people,…` is Maya Jones; anything else stays as it is. */
export function nameOfDn(text: string): string {
  const equals = text.indexOf('=')
  if (equals < 1 || !/^[A-Za-z][A-Za-z0-9-]*$/.test(text.slice(0, equals))) return text
  let value = ''
  for (let at = equals + 1; at < text.length; at += 1) {
    const sign = text.charAt(at)
    if (sign === ',' || sign === '+') break
    if (sign === '\\') at += 1
    value += text.charAt(at)
  }
  return value.trim() === '' ? text : value.trim()
}
